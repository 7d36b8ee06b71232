import type { Attributes } from "@opentelemetry/api";
import type { Attempt, Delivery, Failure } from "@relais/core/spi";

/** Of every span: e-mail is no system that the semantic conventions know, so it has a name of its own. */
const messaging: Attributes = {
  "messaging.system": "email",
  "messaging.operation.name": "send",
  "messaging.operation.type": "send",
};

/** @param message the message's id, empty for one that ended at the door */
export function messageAttributes(message: string, chain: string | undefined): Attributes {
  return {
    ...messaging,
    ...(message === "" ? {} : { "messaging.message.id": message }),
    ...(chain === undefined ? {} : { "relais.chain": chain }),
  };
}

/** Why something failed: kind and code. Never a reason, in which a far end may name recipients. */
export function failureAttributes({ kind, code }: Pick<Failure | Attempt, "kind" | "code">): Attributes {
  return {
    ...(kind === undefined ? {} : { "error.type": kind }),
    ...(code === undefined || /@|%40/.test(code) ? {} : { "relais.code": code }),
  };
}

/** What is known of an attempt when it is over. */
export function attemptEnd(attempt: Attempt): Attributes {
  const { messageId, phase, accepted } = attempt;
  return {
    ...failureAttributes(attempt),
    "relais.phase": phase,
    "relais.accepted": accepted,
    ...(messageId === undefined ? {} : { "relais.receipt.message_id": messageId }),
  };
}

/** What is known of a delivery when it is over. */
export function deliveryEnd(delivery: Delivery): Attributes {
  const { success, attempts, accepted, rejected, possibleDuplicate } = delivery;
  return {
    ...(success
      ? { "relais.status": "sent", "relais.provider": delivery.provider }
      : { "relais.status": delivery.status, "error.type": delivery.kind }),
    "relais.attempts": attempts.length,
    "relais.accepted": accepted.length,
    "relais.rejected": rejected.length,
    ...(possibleDuplicate ? { "relais.possible_duplicate": true } : {}),
  };
}

/** A span's status says in one line what failed where: `A: transient ECONNREFUSED | B: throttled`. */
export function statusLine(failures: readonly Failure[]): string {
  return failures
    .map((failure) => [`${failure.provider}:`, ...Object.values(failureAttributes(failure))].join(" "))
    .join(" | ");
}
