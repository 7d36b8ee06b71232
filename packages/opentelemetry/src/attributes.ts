import type { Attributes } from "@opentelemetry/api";
import type { Attempt, ChainEvent, Delivery, Failure, OutboxEvent } from "@relais/core/spi";

/** Of every span: e-mail is no system that the semantic conventions know, so it has a name of its own. */
const messaging: Attributes = {
  "messaging.system": "email",
  "messaging.operation.name": "send",
  "messaging.operation.type": "send",
};

/** @param message the message's id, empty for one that was refused before any provider was called */
export function messageAttributes(message: string, chain: string | undefined): Attributes {
  return {
    ...messaging,
    ...(message === "" ? {} : { "messaging.message.id": message }),
    ...(chain === undefined ? {} : { "relais.chain": chain }),
  };
}

/** Of a delivery that is over. */
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

/** Of an attempt that is over. */
export function attemptEnd(attempt: Attempt): Attributes {
  const { messageId, phase, accepted } = attempt;
  return {
    ...failureAttributes(attempt),
    "relais.phase": phase,
    "relais.accepted": accepted,
    ...(messageId === undefined ? {} : { "relais.receipt.message_id": messageId }),
  };
}

/** Attributes of an event on a delivery's span, under the event's own name; undefined for the rest. */
export function spanEvent(event: ChainEvent): Attributes | undefined {
  switch (event.type) {
    case "failover": {
      const { from, to, recipients } = event;
      const where = { "relais.from": from, "relais.to": to, "relais.recipients": recipients };
      return { ...where, ...failureAttributes(event.failure) };
    }
    case "retry": {
      const { provider, delayMs, next } = event;
      const what = { "relais.provider": provider, "relais.delay_ms": delayMs, "relais.next": next };
      return { ...what, ...failureAttributes(event.failure) };
    }
    case "retry-suppressed":
      return {
        "relais.provider": event.provider,
        "relais.why": event.why,
        ...failureAttributes(event.failure),
      };
    case "wait":
      return { "relais.delay_ms": event.delayMs };
    case "breaker": {
      const why = event.failure === undefined ? {} : failureAttributes(event.failure);
      return { "relais.provider": event.provider, "relais.state": event.state, ...why };
    }
    case "suppressed":
      return { "relais.suppressed": event.recipients.map(({ reason }) => reason) };
    case "suppression-unavailable":
      return { "relais.action": event.action };
    case "journal-lost":
      return { "relais.provider": event.provider, "relais.attempt.id": event.attempt };
    case "late": {
      const { provider, attempt, outcome } = event;
      const why = outcome.success ? {} : failureAttributes(outcome);
      return { "relais.provider": provider, "relais.attempt.id": attempt, ...why };
    }
    default:
      return undefined;
  }
}

/** Of events that providers told: how many of which provider and type, and what was done with them. */
export function feedbackAttributes(event: OutboxEvent): Attributes {
  const { counts, stored, repeated, early, foreign, settled } = event;
  return {
    ...Object.fromEntries(
      counts.map(({ provider, type, count }) => [`relais.feedback.${provider}.${type}`, count]),
    ),
    "relais.stored": stored,
    "relais.repeated": repeated,
    "relais.early": early,
    "relais.foreign": foreign,
    "relais.settled": settled,
  };
}

/** Why something failed: kind and code. Never a reason, in which a server may name recipients. */
export function failureAttributes({ kind, code }: Pick<Failure | Attempt, "kind" | "code">): Attributes {
  return {
    ...(kind === undefined ? {} : { "error.type": kind }),
    ...(code === undefined || /@|%40/.test(code) ? {} : { "relais.code": code }),
  };
}
