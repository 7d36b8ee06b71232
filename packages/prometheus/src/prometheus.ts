import { type Observer, version } from "@relais/core/spi";
import { buckets, catalogue } from "./metrics/catalogue.ts";
import { knownNames } from "./metrics/label-values.ts";
import type { AddTo, Metric, Names, Sources } from "./metrics/metric.ts";
import { type PrometheusOptions, prometheusSettings } from "./options.ts";
import { type Instruments, instruments, type SeriesOf } from "./registry/instruments.ts";
import { outboxReading } from "./targets/outbox-reading.ts";
import { quotas } from "./targets/quotas.ts";
import {
  checkWatched,
  placedLinks,
  type Watched,
  type WatchedChain,
  type WatchedWorker,
} from "./targets/targets.ts";

/** An observer for chains, and for workers of an outbox that send by them. None of its functions but `watch` throws. */
export interface PrometheusObserver extends Observer {
  /** @deprecated the observer itself: a worker has the observers of its chain */
  readonly worker: Observer;
  /**
   * Reads a chain, an outbox or a worker at each scrape, and makes the series of the chain's links, at 0. Of chains and
   * workers there may be many, of outboxes the last one counts.
   * @throws {TypeError} one sentence that names what is wrong
   */
  readonly watch: (watched: Watched) => void;
  /** Takes in what `chain.verify()` says of quotas. */
  readonly health: (health: unknown) => void;
  /** Stops asking for quotas. */
  readonly close: () => void;
}

/** Chains and providers that become label values as they come, while no chain is watched. */
const mostUnwatchedNames = 20;

/**
 * Prometheus metrics of chains and an outbox. Labels hold names of chains and providers, kinds and states, never an
 * address or free text; what is not among them is `other`.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function prometheus(options: PrometheusOptions): PrometheusObserver {
  const { prefix, outboxCacheMs, outboxTimeoutMs } = prometheusSettings(options);
  const { client, registry, traceId } = options;
  for (const { name } of catalogue)
    if (registry.getSingleMetric(`${prefix}_${name}`) !== undefined)
      throw new TypeError(
        `prometheus: registry already has ${prefix}_${name}; watch more chains with one observer, or give another prefix`,
      );

  const known = { chains: knownNames(mostUnwatchedNames), providers: knownNames(mostUnwatchedNames) };
  const names: Names = { chain: known.chains.of, provider: known.providers.of };
  const chainSources = new Set<() => WatchedChain>();
  const workers = new Set<WatchedWorker>();
  const quotaState = quotas(known.providers.of);
  const chains = (): readonly WatchedChain[] => [...chainSources].map((source) => source());
  const sources: { -readonly [Key in keyof Sources]: Sources[Key] } = {
    chains,
    links: () => chains().flatMap((chain) => placedLinks(chain)),
    outbox: undefined,
    feedback: undefined,
    names,
    workers,
    quotas: quotaState.byProvider,
    version,
  };
  const make = instruments(client, registry, prefix, traceId);
  const all = catalogue.map((metric) => ({ metric, series: register(make, metric, sources) }));
  const counters = countersByType(all);

  const watch = (watched: Watched): void => {
    checkWatched(watched);
    const { chain, outbox, worker, quotaEveryMs = 0 } = watched;
    if (chain !== undefined) {
      const source = typeof chain === "function" ? chain : () => chain;
      chainSources.add(source);
      known.chains.know(() => [source().id]);
      known.providers.know(() => placedLinks(source()).map(({ link }) => link.id));
      if (quotaEveryMs > 0) quotaState.poll(source, quotaEveryMs);
    }
    if (outbox !== undefined) {
      const times = { cacheMs: outboxCacheMs, timeoutMs: outboxTimeoutMs };
      const { feedback } = outbox;
      sources.outbox = outboxReading(() => outbox.stats(), times);
      sources.feedback = feedback && outboxReading(() => feedback.stats(), times);
    }
    if (worker !== undefined) workers.add(worker);
    for (const { metric, series } of all) if (series !== undefined) metric.initial?.(series.zero, sources);
  };
  watch(options);

  const observer: Observer = (event) => {
    const counted = counters.get(event?.type);
    if (counted === undefined) return;
    for (const { count, add } of counted) {
      try {
        count(event as never, add, names);
      } catch {
        // A metric that fails is no reason for anything else to.
      }
    }
  };
  return Object.assign(observer, {
    worker: observer,
    watch,
    health: quotaState.record,
    close: quotaState.stop,
  });
}

interface Registered {
  readonly metric: Metric;
  /** Undefined for a gauge that is read. */
  readonly series: SeriesOf | undefined;
}

/** Puts a metric into the registry. */
function register(make: Instruments, metric: Metric, sources: Sources): Registered["series"] {
  const { read } = metric;
  if (metric.type === "counter") return make.counter(metric);
  if (metric.type === "histogram") return make.histogram(metric, buckets);
  if (read === undefined) return make.upDownGauge(metric);
  make.gauge(metric, (set) => read(set, sources));
  return undefined;
}

interface Counter {
  readonly count: (event: never, add: AddTo, names: Names) => void;
  readonly add: AddTo;
}

/** What counts events of each type. */
function countersByType(all: readonly Registered[]): ReadonlyMap<string, readonly Counter[]> {
  const counters = new Map<string, Counter[]>();
  for (const { metric, series } of all)
    for (const [type, count] of Object.entries<Counter["count"]>({ ...metric.on })) {
      if (series === undefined) continue;
      counters.set(type, [...(counters.get(type) ?? []), { count, add: series.add }]);
    }
  return counters;
}
