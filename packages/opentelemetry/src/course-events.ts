import type { Attributes } from "@opentelemetry/api";
import type { RelaisEvent } from "@relais/core/spi";
import { failureAttributes } from "./attributes.ts";

/** What a delivery's span is told of on its way, by the event's own name; undefined for the rest. */
export function courseEvent(event: RelaisEvent): Attributes | undefined {
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
