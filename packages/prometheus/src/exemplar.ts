import type { LabelValues, MetricsRegistry } from "./client.ts";

/** Labels of an exemplar, or undefined where there is none to give. */
export type Exemplar = () => LabelValues | undefined;

/**
 * Exemplars by the trace that is under way; undefined where the registry is not OpenMetrics, which alone can carry them.
 * Only an id of hexadecimal digits is taken: an exemplar holds no free text.
 */
export function traceExemplar(
  registry: MetricsRegistry,
  traceId: (() => string | undefined) | undefined,
): Exemplar | undefined {
  if (traceId === undefined || !registry.contentType.startsWith("application/openmetrics-text"))
    return undefined;
  return () => {
    try {
      const id: unknown = traceId();
      return typeof id === "string" && /^[\da-f]{16,32}$/i.test(id) ? { trace_id: id } : undefined;
    } catch {
      return undefined; // A metric without an exemplar is still a metric.
    }
  };
}
