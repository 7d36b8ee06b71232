import type { RelaisEvent } from "@relais/core/spi";
import { deliveryLevel, deliveryLine } from "./delivery-line.ts";
import { failureFields } from "./failure-fields.ts";
import { inMs, type Level, type Line } from "./line.ts";

const breakerLevels = { open: "warn", closed: "info", "half-open": "debug" } as const;

/** The level of an event's line, known before the line is put together; undefined for those that get none. */
export function chainLevel(event: RelaisEvent): Level | undefined {
  switch (event.type) {
    case "delivery":
      return deliveryLevel(event.delivery);
    case "failover":
    case "late":
    case "journal-lost":
      return "warn";
    case "breaker":
      return breakerLevels[event.state];
    case "attempt":
    case "retry":
    case "retry-suppressed":
    case "wait":
      return "debug";
    default:
      return undefined;
  }
}

/** The line of an event that has a level. */
export function chainLine(event: RelaisEvent, level: Level, reasons: boolean): Line | undefined {
  const of = { event: event.type, chain: event.chain, id: event.message };
  switch (event.type) {
    case "delivery":
      return deliveryLine(event, reasons);
    case "failover": {
      const { from, to, recipients } = event;
      const { provider: _, ...why } = failureFields(event.failure, reasons);
      return {
        level,
        text: "message goes to the next provider",
        fields: { ...of, from, to, recipients, ...why },
      };
    }
    case "late": {
      const { provider, attempt, outcome } = event;
      const why = outcome.success ? {} : failureFields(outcome, reasons);
      const fields = { ...of, ...why, provider, attempt, success: outcome.success };
      return { level, text: "provider answered after it was given up", fields };
    }
    case "journal-lost": {
      const { provider, attempt } = event;
      return { level, text: "journal could not be closed", fields: { ...of, provider, attempt } };
    }
    case "breaker": {
      const { provider, state, failure, reopenAt } = event;
      const why = failure === undefined ? {} : failureFields(failure, reasons);
      const until = reopenAt === undefined ? {} : { reopenAt: new Date(reopenAt).toISOString() };
      return { level, text: `breaker ${state}`, fields: { ...of, ...why, ...until, provider, state } };
    }
    case "attempt": {
      const { id: attempt, n, ms, success, phase, skipped, recipients, accepted } = event.attempt;
      const why = success ? {} : failureFields(event.attempt, reasons);
      const how = { attempt, n, ms: inMs(ms), success, phase, skipped, recipients, accepted };
      return { level, text: "attempt", fields: { ...of, ...why, provider: event.provider, ...how } };
    }
    case "retry":
    case "retry-suppressed": {
      const why = failureFields(event.failure, reasons);
      const what =
        event.type === "retry" ? { delayMs: inMs(event.delayMs), next: event.next } : { why: event.why };
      return {
        level,
        text: event.type === "retry" ? "retry" : "no retry",
        fields: { ...of, ...why, ...what },
      };
    }
    case "wait":
      return {
        level,
        text: "every provider is unable: waiting",
        fields: { ...of, delayMs: inMs(event.delayMs) },
      };
    default:
      return undefined;
  }
}
