import { allRules } from "./all-rules.ts";
import type { Harness, Stage } from "./harness.ts";
import { type Rule, runnable } from "./runnable.ts";

/**
 * What a provider must hold to, for any test runner. A rule that the harness cannot put to the test fails with
 * `not covered: …`, unless `cannot` gives the reason: then it is left out here, and `coverage` lists it.
 *
 * Rules are run one after the other: one of them looks at what the whole process holds open.
 *
 * @throws {TypeError} if something stands in `provoke` and in `cannot`
 */
export function rules<S extends Stage>(harness: Harness<S>): readonly Rule[] {
  return runnable("rules", allRules, harness);
}
