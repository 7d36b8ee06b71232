import { messageStates } from "@relais/core/spi";
import type { OutboxFigures } from "../targets/outbox-reading.ts";
import type { WatchedWorker } from "../targets/targets.ts";
import { noProvider, oneOf } from "./label-values.ts";
import type { Metric } from "./metric.ts";

/** Metrics of the outbox and its worker: one row each. */
export const outboxMetrics: readonly Metric[] = [
  {
    name: "outbox_up",
    type: "gauge",
    labels: [],
    help: "1 if the outbox's database answered in time, else 0; the other gauges of the outbox are then absent",
    needs: "outbox",
    aggregator: "min",
    read: async (set, { outbox }) => {
      if (outbox !== undefined) set(Number((await outbox()) !== undefined));
    },
  },
  {
    name: "outbox_messages",
    type: "gauge",
    labels: ["state"],
    help: "Messages in the outbox, by state",
    needs: "outbox",
    aggregator: "max",
    read: perOutbox(({ byState }, set) => {
      for (const state of messageStates) set(byState[state] ?? 0, state);
    }),
  },
  {
    name: "outbox_oldest_seconds",
    type: "gauge",
    labels: [],
    help: "Age of the oldest message that is due and not sent yet; 0 if there is none",
    needs: "outbox",
    aggregator: "max",
    read: perOutbox(({ oldestQueuedMs }, set) => set(oldestQueuedMs / 1000)),
  },
  {
    name: "outbox_rescheduled",
    type: "gauge",
    labels: [],
    help: "Waiting messages that were deferred at least once",
    needs: "outbox",
    aggregator: "max",
    read: perOutbox(({ rescheduled }, set) => set(rescheduled)),
  },
  {
    name: "outbox_settled_total",
    type: "counter",
    labels: ["state", "provider"],
    help: "Messages that the worker claimed and finished, by the state they got; provider is the one that delivered, or none",
    needs: "nothing",
    on: {
      settled: ({ state, provider }, add, names) =>
        add(1, oneOf(messageStates, state), provider === undefined ? noProvider : names.provider(provider)),
    },
    initial: (zero, { links, workers }) => {
      if (workers.size === 0) return;
      for (const state of messageStates) if (state !== "sent") zero(state, noProvider);
      for (const { link, isChain } of links()) if (!isChain) zero("sent", link.id);
    },
  },
  {
    name: "outbox_recovered_total",
    type: "counter",
    labels: [],
    help: "Messages recovered from a worker that was lost",
    needs: "nothing",
    on: { recovered: (_event, add) => add(1) },
  },
  {
    name: "outbox_leases_lost_total",
    type: "counter",
    labels: [],
    help: "Messages whose claim the worker lost, since its lease was not renewed in time",
    needs: "nothing",
    on: { "lease-lost": (_event, add) => add(1) },
  },
  {
    name: "outbox_errors_total",
    type: "counter",
    labels: [],
    help: "Errors in the worker's background work",
    needs: "nothing",
    on: { error: (_event, add) => add(1) },
  },
  {
    name: "worker_busy",
    type: "gauge",
    labels: [],
    help: "Messages that the worker holds",
    needs: "worker",
    read: overWorkers((all) => all.reduce((sum, { busy }) => sum + busy, 0)),
  },
  {
    name: "worker_concurrency",
    type: "gauge",
    labels: [],
    help: "Messages that the worker may send at once",
    needs: "worker",
    read: overWorkers((all) => all.reduce((sum, { concurrency }) => sum + concurrency, 0)),
  },
  {
    name: "worker_last_tick_timestamp_seconds",
    type: "gauge",
    labels: [],
    help: "When the worker's loop last ran, as Unix time",
    needs: "worker",
    aggregator: "min",
    // The one that lags behind is the one to know of.
    read: overWorkers((all) => Math.min(...all.map(({ tickedAt }) => tickedAt)) / 1000),
  },
];

type Read = NonNullable<Metric["read"]>;

function perOutbox(read: (figures: NonNullable<OutboxFigures>, set: Parameters<Read>[0]) => void): Read {
  return async (set, { outbox }) => {
    const figures = await outbox?.();
    if (figures !== undefined) read(figures, set);
  };
}

function overWorkers(combine: (all: readonly ReturnType<WatchedWorker["status"]>[]) => number): Read {
  return (set, { workers }) => {
    if (workers.size > 0) set(combine([...workers].map((worker) => worker.status())));
  };
}
