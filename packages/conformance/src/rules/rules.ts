import { allRules } from "./all-rules.ts";
import { bench } from "./bench.ts";
import type { Act, Harness, Stage } from "./harness.ts";
import { missing } from "./missing.ts";
import { NotCovered } from "./not-covered.ts";

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
 * What a provider must hold to, for any test runner. A rule that the harness cannot put to the test fails with
 * `not covered: …`, unless `cannot` gives the reason: then it is left out here, and `coverage` lists it.
 *
 * Rules are run one after the other: one of them looks at what the whole process holds open.
 *
 * @throws {TypeError} if something stands in `provoke` and in `cannot`
 */
export function rules<S extends Stage>(harness: Harness<S>): readonly Rule[] {
  const { provoke, cannot = {} } = harness;
  const both = Object.keys(cannot).find((need) => provoke[need as Act] !== undefined);
  if (both !== undefined) throw new TypeError(`rules: ${both} stands in provoke and in cannot`);
  const made = bench(harness);
  return allRules
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
