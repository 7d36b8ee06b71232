/** Where metrics are registered: a `Registry` of prom-client or `@prometheus-io/client`, by its shape. */
export interface MetricsRegistry {
  readonly contentType: string;
  getSingleMetric(name: string): unknown;
  registerMetric(metric: never): void;
}

/** The classes that metrics are made of: the module `prom-client` or `@prometheus-io/client` itself, by its shape. */
export interface MetricsClient {
  readonly Counter: new (configuration: never) => ClientCounter;
  readonly Gauge: new (configuration: never) => ClientGauge;
  readonly Histogram: new (configuration: never) => ClientHistogram;
}

/** Values of labels by name. */
export type LabelValues = Record<string, string>;

/** How a value is given to a metric that keeps exemplars. */
export interface WithExemplar {
  readonly labels: LabelValues;
  readonly value: number;
  readonly exemplarLabels?: LabelValues;
}

/** A counter, as far as it is needed here. */
export interface ClientCounter {
  inc(labels: LabelValues, value: number): unknown;
  inc(observation: WithExemplar): unknown;
}

/** A gauge, as far as it is needed here. */
export interface ClientGauge {
  set(labels: LabelValues, value: number): unknown;
  reset(): void;
  remove(labels: LabelValues): void;
}

/** A histogram, as far as it is needed here. */
export interface ClientHistogram {
  observe(observation: WithExemplar): unknown;
  zero(labels: LabelValues): void;
}

/** @throws {TypeError} one sentence that names what is lacking */
export function checkClient(client: unknown, registry: unknown): void {
  const has = (where: unknown, name: string, type: string): boolean =>
    (typeof where === "object" || typeof where === "function") &&
    where !== null &&
    typeof (where as Record<string, unknown>)[name] === type;
  for (const name of ["Counter", "Gauge", "Histogram"])
    if (!has(client, name, "function"))
      throw new TypeError(`prometheus: client must have the class ${name}, as the module prom-client has`);
  for (const name of ["getSingleMetric", "registerMetric"])
    if (!has(registry, name, "function"))
      throw new TypeError(`prometheus: registry must have the function ${name}, as a Registry has`);
  if (!has(registry, "contentType", "string"))
    throw new TypeError("prometheus: registry must have a contentType, as a Registry has");
}
