import type {
  ClientCounter,
  ClientGauge,
  ClientHistogram,
  LabelValues,
  MetricsClient,
  MetricsRegistry,
  WithExemplar,
} from "./client.ts";
import { localHistogram } from "./histogram.ts";

/** What an instrument is made of. */
export interface InstrumentEntry {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly aggregator?: string;
}

/** Makes the series of these label values, at 0, if it is not there yet. */
export type ZeroSeries = (first?: string, second?: string, third?: string) => void;

/** Says what a gauge holds. */
export type SetGauge = (value: number, ...labels: string[]) => void;

/** The series of a metric by their label values, in the order of its labels. */
export interface SeriesOf {
  add(value: number, first?: string, second?: string, third?: string): void;
  zero: ZeroSeries;
}

/** Makes metrics in a registry. A series is found by one look-up a label: each send passes here. */
export interface Instruments {
  counter(entry: InstrumentEntry): SeriesOf;
  /** Takes ms, shows seconds. */
  histogram(entry: InstrumentEntry, buckets: readonly number[]): SeriesOf;
  /** A gauge that is counted up and down, never below 0. */
  upDownGauge(entry: InstrumentEntry): SeriesOf;
  /** A gauge that is read at each scrape anew. A read that fails leaves the gauge empty, and harms no scrape. */
  gauge(entry: InstrumentEntry, read: (set: SetGauge) => void | Promise<void>): void;
}

/** Adds to one series. */
type Add = (value: number) => void;

/**
 * @param traceId the id of the trace that is under way: the exemplar of what is counted, where the registry can carry it
 */
export function instruments(
  client: MetricsClient,
  registry: MetricsRegistry,
  prefix: string,
  traceId: (() => string | undefined) | undefined,
): Instruments {
  const exemplar = traceExemplar(registry, traceId);
  const make = <T>(type: new (configuration: never) => T, entry: InstrumentEntry, more: object = {}): T => {
    const { name, help, labels, aggregator } = entry;
    const configuration = { name: `${prefix}_${name}`, help, labelNames: [...labels], registers: [registry] };
    return new type({
      ...configuration,
      ...(aggregator === undefined ? {} : { aggregator }),
      ...more,
    } as never);
  };
  const withExemplar = (labels: LabelValues, value: number): WithExemplar => {
    const exemplarLabels = exemplar?.();
    return exemplarLabels === undefined ? { labels, value } : { labels, value, exemplarLabels };
  };
  const gauge: Instruments["gauge"] = (entry, read) => {
    const collect = (): void | Promise<void> => {
      one.reset();
      // Without labels a reset leaves a 0 behind, which is a value that was never read.
      if (entry.labels.length === 0) one.remove({});
      const set: SetGauge = (value, ...labels) => void one.set(labelled(entry, labels), value);
      try {
        return read(set)?.catch(() => undefined);
      } catch {
        // The rest of the scrape is worth having.
      }
    };
    const one: ClientGauge = make(client.Gauge, entry, { collect });
  };

  return {
    counter(entry) {
      if (exemplar !== undefined) {
        const counter: ClientCounter = make(client.Counter, entry, { enableExemplars: true });
        return seriesOf(entry, (labels) => {
          counter.inc({ labels, value: 0 });
          return (value) => void counter.inc(withExemplar(labels, value));
        });
      }
      // Counted here, and given to the client at a scrape: far cheaper than its own counting.
      const tallies: { readonly labels: LabelValues; count: number }[] = [];
      const collect = (): void => {
        for (const tally of tallies) {
          counter.inc(tally.labels, tally.count);
          tally.count = 0;
        }
      };
      const counter: ClientCounter = make(client.Counter, entry, { collect });
      return seriesOf(entry, (labels) => {
        const tally = { labels, count: 0 };
        tallies.push(tally);
        return (value) => {
          tally.count += value;
        };
      });
    },
    histogram(entry, buckets) {
      if (exemplar !== undefined) {
        const histogram: ClientHistogram = make(client.Histogram, entry, { buckets, enableExemplars: true });
        return seriesOf(entry, (labels) => {
          histogram.zero(labels);
          return (ms) => void histogram.observe(withExemplar(labels, ms / 1000));
        });
      }
      const histogram = localHistogram(`${prefix}_${entry.name}`, entry.help, buckets);
      registry.registerMetric(histogram as never);
      return seriesOf(entry, histogram.series);
    },
    upDownGauge(entry) {
      const tallies: { readonly labels: LabelValues; count: number }[] = [];
      gauge(entry, (set) => {
        for (const { labels, count } of tallies) set(count, ...Object.values(labels));
      });
      return seriesOf(entry, (labels) => {
        const tally = { labels, count: 0 };
        tallies.push(tally);
        return (value) => {
          tally.count = Math.max(0, tally.count + value);
        };
      });
    },
    gauge,
  };
}

function labelled({ labels }: InstrumentEntry, values: readonly string[]): LabelValues {
  return Object.fromEntries(labels.map((label, i) => [label, values[i] ?? ""]));
}

function seriesOf(entry: InstrumentEntry, make: (labels: LabelValues) => Add): SeriesOf {
  const find = perLabels(entry.labels.length, (...values) => make(labelled(entry, values)));
  return {
    add: (value, first = "", second = "", third = "") => find(first, second, third)(value),
    zero: (first = "", second = "", third = "") => void find(first, second, third),
  };
}

type Find<T> = (first: string, second: string, third: string) => T;

/** What there is one of for each combination of label values; made when it is first asked for. */
function perLabels<T>(count: number, make: (...values: string[]) => T): Find<T> {
  if (count === 0) {
    const one = make();
    return () => one;
  }
  if (count === 1) {
    const found: Tree<T> = new Map();
    return (first) => found.get(first) ?? put(found, first, make(first));
  }
  if (count === 2) {
    const found: Tree<Tree<T>> = new Map();
    return (first, second) =>
      found.get(first)?.get(second) ?? put(branch(found, first), second, make(first, second));
  }
  const found: Tree<Tree<Tree<T>>> = new Map();
  return (first, second, third) =>
    found.get(first)?.get(second)?.get(third) ??
    put(branch(branch(found, first), second), third, make(first, second, third));
}

type Tree<T> = Map<string, T>;

function put<T>(tree: Tree<T>, key: string, value: T): T {
  tree.set(key, value);
  return value;
}

function branch<T>(tree: Tree<Tree<T>>, key: string): Tree<T> {
  return tree.get(key) ?? put(tree, key, new Map());
}

/**
 * Exemplars by the trace that is under way; undefined where the registry is not OpenMetrics, which alone can carry them.
 * Only an id of hexadecimal digits is taken: an exemplar holds no free text.
 */
function traceExemplar(
  registry: MetricsRegistry,
  traceId: (() => string | undefined) | undefined,
): (() => LabelValues | undefined) | undefined {
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
