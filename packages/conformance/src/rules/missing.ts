import { bench } from "./bench.ts";
import type { Harness, Need, Stage } from "./harness.ts";
import type { RuleParts } from "./rule-parts.ts";

/** Something that a rule needs and a harness does not have. */
export interface Missing {
  readonly need: Need;
  /** Why it cannot be had, where the harness says so. */
  readonly reason?: string | undefined;
}

/** The first thing a rule lacks; one without a reason comes before those with one. */
export function missing<S extends Stage>({ needs }: RuleParts, harness: Harness<S>): Missing | undefined {
  const { has } = bench(harness);
  const lacks = needs.filter((need) => !has(need)).map((need) => ({ need, reason: harness.cannot?.[need] }));
  return lacks.find((one) => one.reason === undefined) ?? lacks[0];
}
