import { attemptId, attemptRecord } from "../attempt-record.ts";
import type { Failure } from "../failure.ts";
import { failure } from "../make-outcome.ts";
import type { Message } from "../message/message.ts";
import type { SendContext } from "../provider.ts";

/** Why a policy held an attempt back. */
export type SkipCode = "breaker-open" | "resting" | "rate-limit" | "daily-limit" | "queue-full";

/** What a policy says when it holds an attempt back. */
export interface Skip {
  readonly code: SkipCode;
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
  /** Ms since 1970. */
  readonly at: number;
}

/** Answers for a provider that is not asked, and notes it among the attempts. */
export function skip(provider: string, message: Message, context: SendContext, why: Skip): Failure {
  const { code, reason, retryAfterMs, at } = why;
  const held = failure({ provider, kind: "skipped", code, reason, retryAfterMs });
  const { scope, envelope } = context;
  if (scope !== undefined) {
    const facts = { provider, at, ms: 0, handedOver: false, skipped: true, recipients: envelope.to.length };
    const attempt = attemptRecord({ ...facts, n: scope.nextAttempt(), id: attemptId() }, held);
    scope.record(attempt, held);
    scope.observe?.({ type: "attempt", at, message: message.id, provider, attempt, outcome: held });
  }
  return held;
}
