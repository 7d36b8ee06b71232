import { SpanKind, type Tracer } from "@opentelemetry/api";
import type { RelaisEvent } from "@relais/core/spi";
import { attemptEnd, failureAttributes, messageAttributes } from "./attributes.ts";
import type { Courses } from "./courses.ts";
import { hrTime } from "./hr-time.ts";

type Of<Type extends RelaisEvent["type"]> = RelaisEvent & { readonly type: Type };

/** An attempt is a span below its delivery's. */
export function beginAttempt(event: Of<"attempt-start">, tracer: Tracer, open: Courses): void {
  const { message = "", provider, attempt, n, at, chain } = event;
  const course = open.find(message, n);
  // A chain within a chain that has the same observer tells of it twice.
  if (course === undefined || course.attempts.has(attempt)) return;
  course.next = n + 1;
  const attributes = {
    ...messageAttributes(message, chain),
    "relais.provider": provider,
    "relais.attempt.id": attempt,
    "relais.attempt.n": n,
  };
  const span = tracer.startSpan(
    `send ${provider}`,
    { kind: SpanKind.CLIENT, startTime: hrTime(at), attributes },
    course.inside,
  );
  course.attempts.set(attempt, span);
}

/** No status: an attempt that failed is no error as long as the delivery is none. `error.type` says why it did. */
export function endAttempt({ message, attempt, at, provider }: Of<"attempt">, open: Courses): void {
  if (attempt.skipped) {
    const course = open.find(message, attempt.n);
    if (course === undefined || course.attempts.has(attempt.id)) return;
    course.attempts.set(attempt.id, undefined);
    course.next = attempt.n + 1;
    course.span.addEvent(
      "skipped",
      { "relais.provider": provider, ...failureAttributes(attempt) },
      hrTime(at),
    );
    return;
  }
  const course = open.of(message, attempt.id);
  const span = course?.attempts.get(attempt.id);
  course?.attempts.set(attempt.id, undefined);
  span?.setAttributes(attemptEnd(attempt));
  // Stamps are whole ms, and step when the machine's clock is set: how long it took is the better end.
  const end = Date.parse(attempt.at) + attempt.ms;
  if (course !== undefined) course.lastEnd = Math.max(course.lastEnd, end);
  span?.end(hrTime(end));
}

export function handOver({ message, attempt, at }: Of<"hand-over">, open: Courses): void {
  open.of(message, attempt)?.attempts.get(attempt)?.addEvent("hand-over", hrTime(at));
}
