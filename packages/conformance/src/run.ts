import { fixtureOf, missing, NotCovered, type RuleDefinition } from "./harness/fixture.ts";
import type { Behaviour, Harness, TestTarget } from "./harness/harness.ts";
import { abortRules } from "./rules/abort.ts";
import { chainRulesFor, type MakeChain } from "./rules/chain.ts";
import { handOverRules } from "./rules/hand-over.ts";
import { lifecycleRules } from "./rules/lifecycle.ts";
import { messageRules } from "./rules/message.ts";
import { outcomeRules } from "./rules/outcomes.ts";
import { recipientRules } from "./rules/recipients.ts";
import { secretRules } from "./rules/secrets.ts";

/** Every rule, in the order of the README. */
const allRules: readonly RuleDefinition[] = [
  ...outcomeRules,
  ...handOverRules,
  ...abortRules,
  ...messageRules,
  ...recipientRules,
  ...secretRules,
  ...lifecycleRules,
];

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
export function rules<S extends TestTarget>(harness: Harness<S>): readonly Rule[] {
  return bind("rules", allRules, harness);
}

/**
 * What a provider's word on single recipients must lead to where it stands first in a chain of two. The second is the
 * rules' own; it takes everything. Covered, left out or failing as `rules` are.
 *
 * @throws {TypeError} if something stands in `provoke` and in `cannot`
 */
export function chainRules<S extends TestTarget>(harness: Harness<S>, chain: MakeChain): readonly Rule[] {
  return bind("chainRules", chainRulesFor(chain), harness);
}

/** Which rules a harness can put to the test. */
export interface Coverage {
  /** Names of rules. */
  readonly covered: readonly string[];
  /** With the reason that the harness gives in `cannot`, if it gives one. */
  readonly notCovered: readonly { readonly name: string; readonly reason?: string }[];
}

/** What the rules say about a provider, and what they cannot. Runs nothing. */
export function coverage<S extends TestTarget>(harness: Harness<S>): Coverage {
  const all = allRules.map((rule) => ({ name: rule.name, lacks: missing(rule, harness) }));
  return {
    covered: all.filter(({ lacks }) => lacks === undefined).map(({ name }) => name),
    notCovered: all.flatMap(({ name, lacks }) => {
      if (lacks === undefined) return [];
      return [{ name, ...(lacks.reason === undefined ? {} : { reason: lacks.reason }) }];
    }),
  };
}

/** Rules for one harness. What it lacks without a reason makes a rule that fails, with a reason none. */
function bind<S extends TestTarget>(
  caller: string,
  definitions: readonly RuleDefinition[],
  harness: Harness<S>,
): readonly Rule[] {
  const { provoke, cannot = {} } = harness;
  const both = Object.keys(cannot).find((need) => provoke[need as Behaviour] !== undefined);
  if (both !== undefined) throw new TypeError(`${caller}: ${both} stands in provoke and in cannot`);
  const fixture = fixtureOf(harness);
  return definitions
    .map((definition) => ({ definition, lacks: missing(definition, harness) }))
    .filter(({ lacks }) => lacks?.reason === undefined)
    .map(({ definition, lacks }) => ({
      name: definition.name,
      covered: lacks === undefined,
      async run() {
        if (lacks !== undefined) throw new NotCovered(`the harness does not provoke ${lacks.need}`);
        await definition.check(fixture);
      },
    }));
}
