import { context, type HrTime, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import type { ChainEvent } from "@relais/core/spi";
import type { ActiveDeliveries } from "./active-deliveries.ts";
import { attemptEnd, deliveryEnd, failureAttributes, messageAttributes, statusLine } from "./attributes.ts";

type Of<Type extends ChainEvent["type"]> = ChainEvent & { readonly type: Type };

/** The span of a delivery, below the one that is active where `send` was called. */
export function beginDelivery(event: Of<"delivery-start">, tracer: Tracer, open: ActiveDeliveries): void {
  const { message = "", recipients, at, chain } = event;
  const around = context.active();
  const attributes = { ...messageAttributes(message, chain), "relais.recipients": recipients };
  // CLIENT: the conventions keep PRODUCER for a span whose context travels with the message, which ours does not.
  const span = tracer.startSpan(
    "relais.send",
    { kind: SpanKind.CLIENT, startTime: hrTime(at), attributes },
    around,
  );
  open.begin(message, {
    span,
    inside: trace.setSpan(around, span),
    attempts: new Map(),
    nextAttempt: 1,
    startedAt: at,
    lastEndedAt: at,
  });
}

/** Ends it, and its attempts that have not ended. */
export function endDelivery({ delivery, ms }: Of<"delivery">, open: ActiveDeliveries): void {
  const active = open.end(delivery);
  if (active === undefined) return;
  // No attempt ends after its delivery, although each is stamped in whole ms.
  const end = hrTime(Math.max(active.startedAt + ms, active.lastEndedAt));
  for (const attempt of active.attempts.values()) attempt?.end(end);
  const { span } = active;
  span.setAttributes(deliveryEnd(delivery));
  if (!delivery.success)
    span.setStatus({ code: SpanStatusCode.ERROR, message: statusLine(delivery.failures) });
  span.end(end);
}

/** An attempt is a span below its delivery's. */
export function beginAttempt(event: Of<"attempt-start">, tracer: Tracer, open: ActiveDeliveries): void {
  const { message = "", provider, attempt, n, at, chain } = event;
  const active = open.find(message, n);
  // A chain within a chain that has the same observer reports it twice.
  if (active === undefined || active.attempts.has(attempt)) return;
  active.nextAttempt = n + 1;
  const attributes = {
    ...messageAttributes(message, chain),
    "relais.provider": provider,
    "relais.attempt.id": attempt,
    "relais.attempt.n": n,
  };
  const span = tracer.startSpan(
    `send ${provider}`,
    { kind: SpanKind.CLIENT, startTime: hrTime(at), attributes },
    active.inside,
  );
  active.attempts.set(attempt, span);
}

/** No status: an attempt that failed is no error as long as the delivery is none. `error.type` says why it did. */
export function endAttempt({ message, attempt, at, provider }: Of<"attempt">, open: ActiveDeliveries): void {
  if (attempt.skipped) {
    const active = open.find(message, attempt.n);
    if (active === undefined || active.attempts.has(attempt.id)) return;
    active.attempts.set(attempt.id, undefined);
    active.nextAttempt = attempt.n + 1;
    active.span.addEvent(
      "skipped",
      { "relais.provider": provider, ...failureAttributes(attempt) },
      hrTime(at),
    );
    return;
  }
  const active = open.of(message, attempt.id);
  const span = active?.attempts.get(attempt.id);
  active?.attempts.set(attempt.id, undefined);
  span?.setAttributes(attemptEnd(attempt));
  // Stamps are whole ms, and step when the machine's clock is set: how long it took is the better end.
  const end = Date.parse(attempt.at) + attempt.ms;
  if (active !== undefined) active.lastEndedAt = Math.max(active.lastEndedAt, end);
  span?.end(hrTime(end));
}

export function handOver({ message, attempt, at }: Of<"hand-over">, open: ActiveDeliveries): void {
  open.of(message, attempt)?.attempts.get(attempt)?.addEvent("hand-over", hrTime(at));
}

/** Seconds and nanoseconds. The API takes a bare number for an uptime if it is small enough; this it cannot mistake. */
export function hrTime(atMs: number): HrTime {
  const seconds = Math.floor(atMs / 1000);
  return [seconds, Math.min(999_999_999, Math.round((atMs - seconds * 1000) * 1e6))];
}
