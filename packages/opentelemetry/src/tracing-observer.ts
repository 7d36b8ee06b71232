import { type Tracer, trace } from "@opentelemetry/api";
import { knownOptions, type Observer } from "@relais/core/spi";
import { activeDeliveries } from "./active-deliveries.ts";
import { feedbackAttributes, spanEvent } from "./attributes.ts";
import { beginAttempt, beginDelivery, endAttempt, endDelivery, handOver, hrTime } from "./spans.ts";

export interface TracingOptions {
  /** @defaultValue `trace.getTracer("relais")`, which is that of the SDK, also of one that is registered later */
  readonly tracer?: Tracer | undefined;
}

/**
 * Traces of a chain: a span `relais.send` for each delivery, below the span that is active where `send` is called, and
 * below it a span for each attempt, with the times that the events have. An error is a delivery that failed, was partial
 * or is unknown; an attempt that failed on the way has `error.type`, the failure's kind, and no error status. Kinds, codes
 * and ids; never an address, a subject or a server's words.
 * @throws {TypeError} one sentence that names the option and what is wrong with it
 */
export function tracingObserver(options: TracingOptions = {}): Observer {
  const tracer = tracerOf(options);
  const open = activeDeliveries();
  return (event) => {
    // A trace is that of a delivery: a worker's events come before and after it.
    if (event.worker !== undefined) return;
    switch (event.type) {
      case "delivery-start":
        return beginDelivery(event, tracer, open);
      case "attempt-start":
        return beginAttempt(event, tracer, open);
      case "attempt":
        return endAttempt(event, open);
      case "hand-over":
        return handOver(event, open);
      case "delivery":
        return endDelivery(event, open);
      case "feedback-received":
        // Of the request that brought them, say.
        trace.getActiveSpan()?.addEvent(event.type, feedbackAttributes(event), hrTime(event.at));
        return;
      default: {
        const attributes = spanEvent(event);
        if (attributes !== undefined)
          open.find(event.message)?.span.addEvent(event.type, attributes, hrTime(event.at));
      }
    }
  };
}

function tracerOf(options: TracingOptions): Tracer {
  knownOptions("tracingObserver", options, ["tracer"]);
  const { tracer = trace.getTracer("relais") } = options;
  if (typeof tracer?.startSpan !== "function")
    throw new TypeError("tracingObserver: tracer must be a Tracer, with a function startSpan");
  return tracer;
}
