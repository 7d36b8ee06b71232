import type { Bench } from "./bench.ts";
import type { Need } from "./harness.ts";

/** A rule before it knows whom it is for. */
export interface RuleParts {
  /** A sentence without its subject, the provider. */
  readonly name: string;
  /** Without these it is not covered. */
  readonly needs: readonly Need[];
  /** @throws {AssertionError} what the provider did, and what it should have done */
  check(bench: Bench): Promise<void>;
}
