import { AsyncLocalStorage } from "node:async_hooks";
import { type Context, type ContextManager, context, ROOT_CONTEXT, type Tracer } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";

/** The real SDK, keeping what it would export. */
export interface KeptTraces {
  readonly tracer: Tracer;
  /** Spans that have ended, in that order. */
  readonly spans: () => readonly ReadableSpan[];
  /** How many spans have begun. */
  readonly begun: () => number;
}

export function keptTraces(): KeptTraces {
  const exporter = new InMemorySpanExporter();
  let begun = 0;
  const done = async () => {};
  const counter: SpanProcessor = {
    onStart: () => {
      begun += 1;
    },
    onEnd: () => {},
    forceFlush: done,
    shutdown: done,
  };
  const provider = new BasicTracerProvider({ spanProcessors: [counter, new SimpleSpanProcessor(exporter)] });
  return {
    begun: () => begun,
    tracer: provider.getTracer("relais"),
    spans: () => exporter.getFinishedSpans(),
  };
}

/** Keeps the active context across awaits, as the one for Node does, which is a package of its own. */
export function keepContext(): void {
  const kept = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => kept.getStore() ?? ROOT_CONTEXT,
    with: (active, run, self, ...given) => kept.run(active, () => run.apply(self as never, given)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  context.setGlobalContextManager(manager);
}
