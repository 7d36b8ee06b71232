import { knownOptions } from "@relais/core/spi";
import { checkClient, type MetricsClient, type MetricsRegistry } from "./registry/client.ts";
import { checkWatched, type Watched } from "./targets/targets.ts";

export interface PrometheusOptions extends Watched {
  /** Where the metrics go. The client's default registry is used only if it is what is given here. */
  readonly registry: MetricsRegistry;
  /** The module `prom-client` or `@prometheus-io/client`, or its classes Counter, Gauge and Histogram. */
  readonly client: MetricsClient;
  /** What every name begins with, before a `_`. @defaultValue "relais" */
  readonly prefix?: string | undefined;
  /**
   * The id of the trace that is under way, in hexadecimal digits; becomes the exemplar `trace_id` where the registry
   * is OpenMetrics. Called synchronously within the send, many times. @defaultValue no exemplars
   */
  readonly traceId?: (() => string | undefined) | undefined;
  /** How long figures of the outbox serve, ms. @defaultValue 5000 */
  readonly outboxCacheMs?: number | undefined;
  /** How long a scrape waits for the outbox's database, ms. @defaultValue 1000 */
  readonly outboxTimeoutMs?: number | undefined;
}

/** `PrometheusOptions`, checked and complete. */
export interface PrometheusSettings {
  readonly prefix: string;
  readonly outboxCacheMs: number;
  readonly outboxTimeoutMs: number;
}

const names = [
  "registry",
  "client",
  "prefix",
  "traceId",
  "quotaEveryMs",
  "outboxCacheMs",
  "outboxTimeoutMs",
  "chain",
  "outbox",
  "worker",
];

/** @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it */
export function prometheusSettings(options: PrometheusOptions): PrometheusSettings {
  if (typeof options !== "object" || options === null)
    throw new TypeError("prometheus: options must be an object with registry and client");
  knownOptions("prometheus", options, names);
  const { client, registry, prefix = "relais", traceId } = options;
  checkClient(client, registry);
  checkWatched(options);
  if (typeof prefix !== "string" || !/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/.test(prefix))
    throw new TypeError(
      "prometheus: prefix must be 1 to 64 letters, digits or _, and not begin with a digit",
    );
  if (traceId !== undefined && typeof traceId !== "function")
    throw new TypeError("prometheus: traceId must be a function");
  return {
    prefix,
    outboxCacheMs: ms("outboxCacheMs", options.outboxCacheMs, 5_000, 0),
    outboxTimeoutMs: ms("outboxTimeoutMs", options.outboxTimeoutMs, 1_000, 1),
  };
}

/** More than a timer can hold would make it fire at once. */
const mostMs = 2 ** 31 - 1;

function ms(name: string, value: unknown, fallback: number, min: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || !(value >= min && value <= mostMs))
    throw new RangeError(`prometheus: ${name} must be a number of milliseconds from ${min} to ${mostMs}`);
  return value;
}
