import type { Attempt, Delivery, Failure, RelaisEvent } from "@relais/core/spi";
import { clean, cleanOwn, inMs, isoTime, type Level, type Line } from "./line.ts";

const breakerLevels = { open: "warn", closed: "info", "half-open": "debug" } as const;
const rateLevels = { over: "error", near: "warn", below: "info" } as const;
const settledLevels: Readonly<Partial<Record<string, Level>>> = {
  sent: "info",
  cancelled: "info",
  failed: "error",
  expired: "error",
  unknown: "error",
};

/** The level of an event's line, known before the line is put together; undefined for those that get none. */
export function eventLevel(event: RelaisEvent): Level | undefined {
  switch (event.type) {
    case "delivery":
      return deliveryLevelAndText(event.delivery)[0];
    case "settled":
      return settledLevels[event.state] ?? "warn";
    case "error":
      return "error";
    case "failover":
    case "late":
    case "journal-lost":
    case "suppression-unavailable":
    case "recovered":
    case "lease-lost":
      return "warn";
    case "breaker":
      return breakerLevels[event.state];
    case "feedback-rate":
      return rateLevels[event.level];
    case "feedback":
    case "feedback-received":
      return event.settled > 0 ? "info" : "debug";
    case "attempt":
    case "retry":
    case "retry-suppressed":
    case "wait":
    case "suppressed":
      return "debug";
    default:
      // An event of a worker that is newer than this package.
      return event.worker === undefined ? undefined : "warn";
  }
}

/**
 * The line of an event that has a level.
 * @param reasons whether the server's words are wanted
 */
export function eventLine(event: RelaisEvent, level: Level, reasons: boolean): Line | undefined {
  const common = { event: event.type, chain: event.chain, id: event.message };
  const line = (text: string, fields: object): Line => ({ level, text, fields: { ...common, ...fields } });
  switch (event.type) {
    case "delivery": {
      const [, text] = deliveryLevelAndText(event.delivery);
      return line(text, { id: event.delivery.id, ...deliveryFields(event, level, reasons) });
    }
    case "failover": {
      const { from, to, recipients } = event;
      const { provider: _, ...why } = failureFields(event.failure, reasons);
      return line("message goes to the next provider", { from, to, recipients, ...why });
    }
    case "late": {
      if (event.worker !== undefined) {
        const { state, provider } = event;
        return line("outbox message: a late answer", { state, provider });
      }
      const { provider, attempt, outcome } = event;
      const why = outcome.success ? {} : failureFields(outcome, reasons);
      const fields = { ...why, provider, attempt, success: outcome.success };
      return line("provider answered after it was given up", fields);
    }
    case "journal-lost": {
      const { provider, attempt } = event;
      return line("journal could not be closed", { provider, attempt });
    }
    case "breaker": {
      const { provider, state, failure, reopenAt } = event;
      const why = failure === undefined ? {} : failureFields(failure, reasons);
      const until = reopenAt === undefined ? {} : { reopenAt: isoTime(reopenAt) };
      return line(`breaker ${state}`, { ...why, ...until, provider, state });
    }
    case "attempt": {
      const { id: attempt, n, ms, success, phase, skipped, recipients, accepted } = event.attempt;
      const why = success ? {} : failureFields(event.attempt, reasons);
      const fields = { attempt, n, ms: inMs(ms), success, phase, skipped, recipients, accepted };
      return line("attempt", { ...why, provider: event.provider, ...fields });
    }
    case "retry": {
      const why = failureFields(event.failure, reasons);
      return line("retry", { ...why, delayMs: inMs(event.delayMs), next: event.next });
    }
    case "retry-suppressed":
      return line("no retry", { ...failureFields(event.failure, reasons), why: event.why });
    case "wait":
      return line("every provider is unable: waiting", { delayMs: inMs(event.delayMs) });
    case "suppressed":
      return line("recipients are suppressed", { reasons: event.recipients.map(({ reason }) => reason) });
    case "suppression-unavailable": {
      const why = reasons ? { reason: clean(event.reason) } : {};
      return line("the suppression list could not be read", { action: event.action, ...why });
    }
    case "feedback-received": {
      const { counts, stored, repeated, early, foreign, settled } = event;
      return line("events of providers", { counts, stored, repeated, early, foreign, settled });
    }
    case "feedback": {
      const { matched, foreign, settled } = event;
      return line("events that had waited", { matched, foreign, settled });
    }
    case "feedback-rate": {
      const { provider, of, rate, limit, level } = event;
      return line(rateTexts[level], { provider, of, rate, limit, state: level });
    }
    case "settled": {
      const { tenant, state, provider, error, notBefore, ms } = event;
      const why = reasons && error !== undefined ? { reason: clean(error) } : {};
      const until = notBefore === undefined ? {} : { notBefore: isoTime(notBefore) };
      return line(`outbox message ${state}`, { tenant, state, provider, ...why, ...until, ms: inMs(ms) });
    }
    case "recovered":
      return line("outbox message recovered from a worker that was lost", { state: event.state });
    case "lease-lost":
      return line("outbox message given up here: its lease was lost", {});
    case "error": {
      const why = reasons ? { reason: clean(event.error) } : {};
      return line("outbox worker: something failed in the background", { during: event.during, ...why });
    }
    default:
      return event.worker === undefined
        ? undefined
        : line(`outbox worker: ${(event as RelaisEvent).type}`, {});
  }
}

const rateTexts = {
  near: "bounces or complaints near the limit of vendors",
  over: "bounces or complaints over the limit of vendors",
  below: "bounces or complaints below the limit of vendors again",
} as const;

const notSent: Readonly<Record<"failed" | "partial" | "unknown", readonly [Level, string]>> = {
  failed: ["error", "message not sent"],
  partial: ["warn", "message sent to some of its recipients only"],
  unknown: ["error", "message perhaps sent: nobody knows"],
};

function deliveryLevelAndText(delivery: Delivery): readonly [Level, string] {
  if (!delivery.success && delivery.failures.every(({ provider }) => provider === "suppression"))
    return ["info", "message not sent: its recipients are suppressed, or could not be checked"];
  if (isMistypedAddress(delivery)) return ["info", "message not sent: a recipient's address is wrong"];
  if (!delivery.success) return notSent[delivery.status];
  if (delivery.possibleDuplicate) return ["warn", "message sent, perhaps twice"];
  if (delivery.failures.length > 0) return ["warn", "message sent by another provider"];
  return ["info", "message sent"];
}

/** A wrong address typed into a form is not an application error. */
function isMistypedAddress(delivery: Delivery): boolean {
  return (
    delivery.status === "failed" &&
    delivery.kind === "rejected" &&
    delivery.failures.every(
      ({ provider, reason }) => provider !== "message" || /^(?:to|cc|bcc|replyTo)\b/.test(reason),
    )
  );
}

/** By whom, how fast, and what failed before. */
function deliveryFields(
  { delivery, ms }: RelaisEvent & { readonly type: "delivery" },
  level: Level,
  reasons: boolean,
): object {
  const { attempts, accepted, rejected, failures } = delivery;
  const counts = { attempts: attempts.length, accepted: accepted.length, ms: inMs(ms) };
  const by = delivery.success ? { provider: delivery.provider, messageId: delivery.messageId } : {};
  if (level === "info" && delivery.success) return { ...by, ...counts };
  const troubled = {
    ...counts,
    rejected: rejected.length,
    failures: failures.map((failure) => failureFields(failure, reasons)),
    ...(delivery.possibleDuplicate ? { possibleDuplicate: true } : {}),
  };
  if (delivery.success) return { ...troubled, ...by };
  const { status, kind, retryAt } = delivery;
  return { ...troubled, status, kind, ...(retryAt === undefined ? {} : { retryAt: isoTime(retryAt) }) };
}

/** A failure, or the failure of an attempt, as it may stand in a log. */
function failureFields(failure: Failure | Attempt, reasons: boolean): Readonly<Record<string, unknown>> {
  const { provider, kind, code, reason, retryAfterMs } = failure;
  const cleaned = provider === "message" ? cleanOwn : clean;
  return {
    provider,
    kind,
    ...(code === undefined ? {} : { code: clean(code) }),
    ...(reasons && reason !== undefined ? { reason: cleaned(reason) } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
