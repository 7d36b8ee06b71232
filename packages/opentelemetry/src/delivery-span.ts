import { context, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import type { RelaisEvent } from "@relais/core/spi";
import { deliveryEnd, messageAttributes, statusLine } from "./attributes.ts";
import type { Courses } from "./courses.ts";
import { hrTime } from "./hr-time.ts";

type Of<Type extends RelaisEvent["type"]> = RelaisEvent & { readonly type: Type };

/** The span of a delivery, below the one that is active where `send` was called. */
export function beginDelivery(event: Of<"delivery-start">, tracer: Tracer, open: Courses): void {
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
    next: 1,
    began: at,
    lastEnd: at,
  });
}

/** Ends it, and whatever of its attempts nobody ended. */
export function endDelivery({ delivery, ms }: Of<"delivery">, open: Courses): void {
  const course = open.end(delivery);
  if (course === undefined) return;
  // No attempt ends after its delivery, although each is stamped in whole ms.
  const end = hrTime(Math.max(course.began + ms, course.lastEnd));
  for (const attempt of course.attempts.values()) attempt?.end(end);
  const { span } = course;
  span.setAttributes(deliveryEnd(delivery));
  if (!delivery.success)
    span.setStatus({ code: SpanStatusCode.ERROR, message: statusLine(delivery.failures) });
  span.end(end);
}
