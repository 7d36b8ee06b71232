import { type Failure, failure } from "../failure/outcome.ts";
import type { Message } from "../message/message.ts";
import type { SendContext } from "../provider/provider.ts";
import { attemptScope } from "../provider/scope.ts";
import { attemptId, attemptRecord } from "./attempt-record.ts";

/** Why an attempt was not made: a policy held it back, or the message is over the provider's limits (`over-limit`). */
export type SkipCode =
  | "breaker-open"
  | "resting"
  | "rate-limit"
  | "daily-limit"
  | "queue-full"
  | "over-limit";

/** What is said of an attempt that is not made. */
interface SkipReason {
  readonly code: SkipCode;
  /** @defaultValue `"skipped"` */
  readonly kind?: "skipped" | "refused" | undefined;
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
  /** Ms since 1970, as the machine says. */
  readonly at: number;
}

/** Answers for a provider that is not asked, and notes it among the attempts. */
export function skip(
  provider: string,
  message: Message,
  context: Pick<SendContext, "scope" | "envelope">,
  why: SkipReason,
): Failure {
  const { code, kind = "skipped", reason, retryAfterMs, at } = why;
  const held = failure({ provider, kind, code, reason, retryAfterMs });
  const scope = attemptScope(context.scope);
  if (scope !== undefined) {
    const facts = {
      provider,
      at,
      ms: 0,
      handedOver: false,
      skipped: true,
      recipients: context.envelope.to.length,
    };
    const attempt = attemptRecord({ ...facts, n: scope.nextAttempt(), id: attemptId() }, held);
    scope.record(attempt, held);
    scope.observe?.({ type: "attempt", at, message: message.id, provider, attempt, outcome: held });
  }
  return held;
}
