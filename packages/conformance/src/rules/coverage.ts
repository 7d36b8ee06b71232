import { allRules } from "./all-rules.ts";
import type { Harness, Stage } from "./harness.ts";
import { missing } from "./missing.ts";

/** Which rules a harness can put to the test. */
export interface Coverage {
  /** Names of rules. */
  readonly covered: readonly string[];
  /** With the reason that the harness gives in `cannot`, if it gives one. */
  readonly notCovered: readonly { readonly name: string; readonly reason?: string }[];
}

/** What the rules say about a provider, and what they cannot. Runs nothing. */
export function coverage<S extends Stage>(harness: Harness<S>): Coverage {
  const all = allRules.map((parts) => ({ name: parts.name, lacks: missing(parts, harness) }));
  return {
    covered: all.filter(({ lacks }) => lacks === undefined).map(({ name }) => name),
    notCovered: all.flatMap(({ name, lacks }) => {
      if (lacks === undefined) return [];
      return [{ name, ...(lacks.reason === undefined ? {} : { reason: lacks.reason }) }];
    }),
  };
}
