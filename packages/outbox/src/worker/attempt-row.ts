import type { Outcome } from "@relais/core";
import { storable, storableId } from "../trace.ts";
import type { Refusal } from "./settle.ts";

/** Which attempt: one of another claim with the same number is another one. */
export interface AttemptKey {
  readonly message: string;
  readonly seq: number;
  readonly claim: number;
}

/** The end of an attempt, as its row holds it. */
export interface AttemptEnd extends AttemptKey {
  /** `accepted`, or a failure kind. */
  readonly kind: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly provider_message_id: string | null;
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
}

/** Who was refused in spite of others being accepted. */
function refusals(outcome: Outcome): Refusal[] {
  return (outcome.rejected ?? []).map(({ address, failure }) => ({
    address: storableId(address),
    kind: failure.kind,
    reason: storable(failure.reason),
  }));
}

export function attemptEnd({ message, seq, claim }: AttemptKey, outcome: Outcome): AttemptEnd {
  const rejected = refusals(outcome);
  if (outcome.success) {
    const { accepted, messageId } = outcome;
    return {
      message,
      seq,
      claim,
      kind: "accepted",
      code: null,
      reason: null,
      provider_message_id: storableId(messageId),
      accepted,
      rejected,
    };
  }
  const { kind, code, reason } = outcome;
  return {
    message,
    seq,
    claim,
    kind,
    code: code === undefined ? null : storable(code),
    reason: storable(reason),
    provider_message_id: null,
    accepted: [],
    rejected,
  };
}
