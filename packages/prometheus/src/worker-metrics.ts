import { each } from "./each.ts";
import type { Instruments } from "./instruments.ts";
import { type KnownNames, messageStates, nobody, oneOf } from "./label-values.ts";
import type { PlacedLink, WatchedWorker } from "./watched.ts";

/** What the worker of `@relais/outbox` tells (its `WorkerEvent`), by its shape: all of its events are like this. */
export interface WorkerHappening {
  readonly type: string;
  readonly state?: string | undefined;
  readonly provider?: string | undefined;
  /** A copy may have arrived before, by an earlier delivery. */
  readonly possibleDuplicate?: boolean | undefined;
  readonly delivery?: { readonly possibleDuplicate?: boolean | undefined } | undefined;
}

/** What is counted of the outbox's worker. */
export interface WorkerMetrics {
  observe(event: WorkerHappening): void;
  /** Its gauges from now on are of this one too. */
  watch(worker: WatchedWorker): void;
  /** Makes the series of `sent` for each provider, at 0. */
  zeros(links: readonly PlacedLink[]): void;
}

/** Counts what a worker tells, and reads how it stands at each scrape. */
export function workerMetrics(make: Instruments, providers: KnownNames): WorkerMetrics {
  const counted = make.count("settled");
  const settled = each((state) => each((provider) => counted(state, provider)));
  const recovered = make.count("recovered")();
  const leasesLost = make.count("leasesLost")();
  const errors = make.count("workerErrors")();
  const duplicates = make.count("possibleDuplicates")();
  const workers = new Set<WatchedWorker>();

  type Status = ReturnType<WatchedWorker["status"]>;
  const gauge = (
    key: "workerBusy" | "workerConcurrency" | "workerTick",
    pick: (all: readonly Status[]) => number,
  ): void => {
    make.gauge(key, (set) => {
      if (workers.size > 0) set(pick([...workers].map((worker) => worker.status())));
    });
  };
  gauge("workerBusy", (all) => all.reduce((sum, { busy }) => sum + busy, 0));
  gauge("workerConcurrency", (all) => all.reduce((sum, { concurrency }) => sum + concurrency, 0));
  // The one that lags behind is the one to know of.
  gauge("workerTick", (all) => Math.min(...all.map(({ tickedAt }) => tickedAt)) / 1000);

  return {
    observe({ type, state, provider, possibleDuplicate, delivery }) {
      // One within a delivery is counted with the chain.
      if (possibleDuplicate === true && delivery?.possibleDuplicate !== true) duplicates();
      if (type === "settled")
        settled(oneOf(messageStates, state))(provider === undefined ? nobody : providers.of(provider))();
      else if (type === "recovered") recovered();
      else if (type === "lease-lost") leasesLost();
      else if (type === "error") errors();
    },
    watch(worker) {
      workers.add(worker);
      for (const state of messageStates) if (state !== "sent") settled(state)(nobody);
    },
    zeros(links) {
      for (const { link, isChain } of links) if (!isChain) settled("sent")(link.id);
    },
  };
}
