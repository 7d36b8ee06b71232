import type { RelaisEvent } from "@relais/core/spi";
import { chainMetrics } from "./chain-metrics.ts";
import { traceExemplar } from "./exemplar.ts";
import { instruments } from "./instruments.ts";
import { knownNames } from "./label-values.ts";
import { linkGauges } from "./link-gauges.ts";
import { type PrometheusOptions, prometheusSettings } from "./options.ts";
import { outboxGauges } from "./outbox-gauges.ts";
import { quotaGauges } from "./quota-gauges.ts";
import { quotaRounds } from "./quota-rounds.ts";
import { ownVersion } from "./version.ts";
import { checkWatched, placedLinks, type Watched, type WatchedChain } from "./watched.ts";
import { type WorkerHappening, workerMetrics } from "./worker-metrics.ts";

/** An observer for chains. None of its functions but `watch` throws. */
export interface PrometheusObserver {
  (event: RelaisEvent): void;
  /** An observer for the worker of an outbox. */
  readonly worker: (event: WorkerHappening) => void;
  /**
   * Looks at a chain, an outbox or a worker whenever somebody scrapes, and makes the series of the chain's links, at 0.
   * Of chains and workers there may be many, of outboxes the last one counts.
   * @throws {TypeError} one sentence that names what is wrong
   */
  readonly watch: (watched: Watched) => void;
  /** Takes in what `chain.verify()` told of quotas. */
  readonly health: (health: unknown) => void;
  /** Asks for no quotas any more. */
  readonly close: () => void;
}

/** Chains and providers that are taken up as they come, while no chain is watched. */
const mostUnasked = 20;

/**
 * Prometheus metrics of chains and an outbox. Labels hold names of chains and providers, kinds and states, never an
 * address or free text; what is not among them is `other`.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function prometheus(options: PrometheusOptions): PrometheusObserver {
  const settings = prometheusSettings(options);
  const { client, registry, traceId } = options;
  const make = instruments(client, registry, settings.prefix, traceExemplar(registry, traceId));
  const names = { chains: knownNames(mostUnasked), providers: knownNames(mostUnasked) };
  const sources = new Set<() => WatchedChain>();
  const chains = (): readonly WatchedChain[] => [...sources].map((source) => source());

  const ofChains = chainMetrics(make, names);
  linkGauges(make, chains);
  const health = quotaGauges(make, names.providers);
  const watchOutbox = outboxGauges(make, {
    cacheMs: settings.outboxCacheMs,
    timeoutMs: settings.outboxTimeoutMs,
  });
  const ofWorkers = workerMetrics(make, names.providers);
  const version = ownVersion();
  make.gauge("buildInfo", (set) => set(1, version));
  const rounds = quotaRounds(health);

  let workerSeen = false;
  const watch = (watched: Watched): void => {
    checkWatched(watched);
    const { chain, outbox, worker, quotaEveryMs = 0 } = watched;
    if (chain !== undefined) {
      const source = typeof chain === "function" ? chain : () => chain;
      sources.add(source);
      names.chains.know(() => [source().id]);
      names.providers.know(() => placedLinks(source()).map(({ link }) => link.id));
      ofChains.zeros(source());
      if (quotaEveryMs > 0) rounds.add(source, quotaEveryMs);
    }
    if (outbox !== undefined) watchOutbox(outbox);
    if (worker !== undefined) ofWorkers.watch(worker);
    if (worker !== undefined) workerSeen = true;
    if (workerSeen) for (const one of chains()) ofWorkers.zeros(placedLinks(one));
  };
  const quietly =
    <T>(observe: (event: T) => void) =>
    (event: T): void => {
      try {
        observe(event);
      } catch {
        // A metric that fails is no reason for anything else to.
      }
    };
  watch(options);

  return Object.assign(quietly(ofChains.observe), {
    worker: quietly(ofWorkers.observe),
    watch,
    health: quietly(health),
    close: rounds.stop,
  });
}
