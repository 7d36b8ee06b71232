import { buckets, catalogue, type MetricName } from "./catalogue.ts";
import type {
  ClientCounter,
  ClientGauge,
  ClientHistogram,
  LabelValues,
  MetricsClient,
  MetricsRegistry,
  WithExemplar,
} from "./client.ts";
import type { Exemplar } from "./exemplar.ts";
import type { MetricEntry } from "./metric-entry.ts";
import { ownHistogram } from "./own-histogram.ts";

/** The series of a counter, at 0 from the moment it is asked for; calling what it gives counts one more. */
export type Counted = (...values: string[]) => () => void;

/** The series of a histogram, at 0 from the moment it is asked for; what it gives takes a duration, ms. */
export type Timed = (...values: string[]) => (ms: number) => void;

/** Says what a gauge holds, at each scrape anew. What it throws leaves the gauge empty, and harms no scrape. */
export type Reading = (set: (value: number, ...values: string[]) => void) => void | Promise<void>;

/**
 * Makes the metrics of the table in a registry. Values of labels are given in the order of the table, and each series
 * is to be asked for once: looking it up is what costs.
 */
export interface Instruments {
  count(key: MetricName): Counted;
  duration(key: MetricName): Timed;
  gauge(key: MetricName, read: Reading): void;
}

interface Tally {
  readonly labels: LabelValues;
  /** What the client has not heard of yet. */
  count: number;
}

/** @throws {TypeError} if the registry has a metric of such a name already */
export function instruments(
  client: MetricsClient,
  registry: MetricsRegistry,
  prefix: string,
  exemplar: Exemplar | undefined,
): Instruments {
  for (const { name } of Object.values(catalogue))
    if (registry.getSingleMetric(`${prefix}_${name}`) !== undefined)
      throw new TypeError(
        `prometheus: registry already has ${prefix}_${name}; watch more chains with one observer, or give another prefix`,
      );

  const make = <T>(type: new (configuration: never) => T, key: MetricName, more: object = {}): T => {
    const { name, help, labels, aggregator }: MetricEntry = catalogue[key];
    const rest = aggregator === undefined ? {} : { aggregator };
    const configuration = { name: `${prefix}_${name}`, help, labelNames: [...labels], registers: [registry] };
    return new type({ ...configuration, ...rest, ...more } as never);
  };
  const named = (key: MetricName, values: readonly string[]): LabelValues =>
    Object.fromEntries(catalogue[key].labels.map((label, i) => [label, values[i] ?? ""]));

  const countWithExemplars = (key: MetricName, exemplar: Exemplar): Counted => {
    const counter: ClientCounter = make(client.Counter, key, { enableExemplars: true });
    return (...values) => {
      const labels = named(key, values);
      counter.inc({ labels, value: 0 });
      return () => void counter.inc(withExemplar(labels, 1, exemplar));
    };
  };

  const timeWithExemplars = (key: MetricName, exemplar: Exemplar): Timed => {
    const histogram: ClientHistogram = make(client.Histogram, key, { buckets, enableExemplars: true });
    return (...values) => {
      const labels = named(key, values);
      histogram.zero(labels);
      return (ms) => void histogram.observe(withExemplar(labels, ms / 1000, exemplar));
    };
  };

  /** Two may count the same thing: a copy that one delivery made, and one that two made. */
  const counters = new Map<MetricName, Counted>();
  const counterOf = (key: MetricName): Counted => {
    if (exemplar !== undefined) return countWithExemplars(key, exemplar);
    // Counted here, and handed to the client when somebody looks: far cheaper than its own counting.
    const tallies: Tally[] = [];
    const collect = (): void => {
      for (const tally of tallies) {
        counter.inc(tally.labels, tally.count);
        tally.count = 0;
      }
    };
    const counter: ClientCounter = make(client.Counter, key, { collect });
    return (...values) => {
      const tally = { labels: named(key, values), count: 0 };
      tallies.push(tally);
      return () => {
        tally.count += 1;
      };
    };
  };

  return {
    count(key) {
      const counted = counters.get(key) ?? counterOf(key);
      counters.set(key, counted);
      return counted;
    },
    duration(key) {
      if (exemplar !== undefined) return timeWithExemplars(key, exemplar);
      const { name, help } = catalogue[key];
      const histogram = ownHistogram(`${prefix}_${name}`, help, buckets);
      registry.registerMetric(histogram as never);
      return (...values) => histogram.series(named(key, values));
    },
    gauge(key, read) {
      const collect = (): void | Promise<void> => {
        gauge.reset();
        // Without labels a reset leaves a 0 behind, which is a value nobody has seen.
        if (catalogue[key].labels.length === 0) gauge.remove({});
        const set = (value: number, ...values: string[]): void => void gauge.set(named(key, values), value);
        try {
          return read(set)?.catch(() => undefined);
        } catch {
          // The rest of the scrape is worth having.
        }
      };
      const gauge: ClientGauge = make(client.Gauge, key, { collect });
    },
  };
}

function withExemplar(labels: LabelValues, value: number, exemplar: Exemplar): WithExemplar {
  const exemplarLabels = exemplar();
  return exemplarLabels === undefined ? { labels, value } : { labels, value, exemplarLabels };
}
