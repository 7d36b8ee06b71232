import { failureKinds, type Overrides } from "../failure/kinds.ts";
import { knownOptions } from "../runtime/options.ts";
import { type Policy, settlingPolicy } from "./policy.ts";

const verdicts = ["success", "failure", "open", "rest", "neither"];
/** The last two are old names. */
const yesOrNo = ["retry", "failover", "again", "next"] as const;

/**
 * Changes what follows from a kind of failure, for one link: `overrides({ refused: { failover: false } })` spares the
 * next provider a message that this one called spam.
 * @throws {TypeError} if a kind or a column does not exist; `cancelled` cannot be overridden
 */
export function overrides(changes: Overrides): Policy {
  knownOptions(
    "overrides",
    changes,
    failureKinds.filter((kind) => kind !== "cancelled"),
  );
  for (const kind of failureKinds) {
    const change = changes[kind];
    if (change === undefined) continue;
    knownOptions(`overrides.${kind}`, change, ["retry", "failover", "health", "again", "next"]);
    for (const column of yesOrNo) {
      if (change[column] !== undefined && typeof change[column] !== "boolean") {
        throw new TypeError(`overrides.${kind}.${column} must be true or false`);
      }
    }
    if (change.health !== undefined && !verdicts.includes(change.health)) {
      throw new TypeError(`overrides.${kind}.health must be one of ${verdicts.join(", ")}`);
    }
  }
  return Object.assign(
    settlingPolicy((next) => next),
    { overrides: changes },
  );
}
