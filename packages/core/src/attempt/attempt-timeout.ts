import { failure, type Outcome } from "../failure/outcome.ts";

/** Why an attempt's signal aborted, if its own time was over rather than the caller's or the delivery's. */
export class AttemptTimeout extends Error {
  override readonly name = "AttemptTimeout";

  /** @param ms how long the attempt was given */
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}

/**
 * What came of an attempt whose own time was over: given up for that is the provider's doing, not the caller's.
 * What it had said of single recipients stands.
 */
export function asTimeout(outcome: Outcome, timeout: AttemptTimeout): Outcome {
  if (outcome.success || outcome.kind !== "cancelled") return outcome;
  const { provider } = outcome;
  const late = failure({ provider, kind: "transient", code: "timeout", reason: timeout.message });
  if (outcome.rejected === undefined) return Object.freeze({ ...outcome, ...late });
  const rejected = outcome.rejected.map((one) =>
    one.failure.kind === "cancelled" ? Object.freeze({ ...one, failure: late }) : one,
  );
  return Object.freeze({ ...outcome, ...late, rejected: Object.freeze(rejected) });
}
