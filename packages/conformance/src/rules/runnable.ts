import { bench } from "./bench.ts";
import type { Act, Harness, Stage } from "./harness.ts";
import { missing } from "./missing.ts";
import { NotCovered } from "./not-covered.ts";
import type { RuleParts } from "./rule-parts.ts";

/** One thing that every provider must hold to. */
export interface Rule {
  /** A sentence without its subject, the provider: `"tries once: …"`. */
  readonly name: string;
  /** Whether the harness can bring about what it takes. If not, `run` throws. */
  readonly covered: boolean;
  /** @throws {AssertionError} what the provider did, and what it should have done */
  run(): Promise<void>;
}

/**
 * Rules for one harness. What it lacks without a reason makes a rule that fails, with a reason none.
 * @throws {TypeError} if something stands in `provoke` and in `cannot`; `whose` is the function to name
 */
export function runnable<S extends Stage>(
  whose: string,
  list: readonly RuleParts[],
  harness: Harness<S>,
): readonly Rule[] {
  const { provoke, cannot = {} } = harness;
  const both = Object.keys(cannot).find((need) => provoke[need as Act] !== undefined);
  if (both !== undefined) throw new TypeError(`${whose}: ${both} stands in provoke and in cannot`);
  const made = bench(harness);
  return list
    .map((parts) => ({ parts, lacks: missing(parts, harness) }))
    .filter(({ lacks }) => lacks?.reason === undefined)
    .map(({ parts, lacks }) => ({
      name: parts.name,
      covered: lacks === undefined,
      async run() {
        if (lacks !== undefined) throw new NotCovered(`the harness does not provoke ${lacks.need}`);
        await parts.check(made);
      },
    }));
}
