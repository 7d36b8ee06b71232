import type { Attempt } from "./attempt.ts";
import type { Outcome } from "./outcome.ts";

/** What is known of an attempt besides its outcome. */
export interface AttemptFacts {
  readonly n: number;
  readonly id: string;
  readonly provider: string;
  /** Ms since 1970. */
  readonly at: number;
  readonly ms: number;
  readonly handedOver: boolean;
  readonly skipped: boolean;
  readonly recipients: number;
}

/** An attempt as it stands in `delivery.attempts`. */
export function attemptRecord(facts: AttemptFacts, outcome: Outcome): Attempt {
  const common = {
    n: facts.n,
    id: facts.id,
    provider: facts.provider,
    at: new Date(facts.at).toISOString(),
    ms: Math.round(facts.ms * 1000) / 1000,
    success: outcome.success,
    phase: facts.handedOver ? "handed_over" : "open",
    skipped: facts.skipped,
    recipients: facts.recipients,
  } as const;
  if (outcome.success) {
    return Object.freeze({ ...common, messageId: outcome.messageId, accepted: outcome.accepted.length });
  }
  return Object.freeze({
    ...common,
    kind: outcome.kind,
    reason: outcome.reason,
    ...(outcome.code === undefined ? {} : { code: outcome.code }),
    ...(outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs }),
    accepted: 0,
  });
}

let sequence = 0;
const prefix = Math.random().toString(36).slice(2, 8);

/** An id that no other attempt of this process has. */
export function attemptId(): string {
  sequence += 1;
  return `${prefix}-${sequence.toString(36)}`;
}
