import type { MetricEntry } from "./metric-entry.ts";

/** What the metrics of the outbox and its worker are called in the code. */
export type OutboxMetric =
  | "outboxUp"
  | "outboxMessages"
  | "outboxOldest"
  | "outboxRescheduled"
  | "settled"
  | "recovered"
  | "leasesLost"
  | "workerErrors"
  | "workerBusy"
  | "workerConcurrency"
  | "workerTick";

/** Metrics of the outbox and its worker. */
export const outboxCatalogue: Readonly<Record<OutboxMetric, MetricEntry>> = {
  outboxUp: {
    name: "outbox_up",
    type: "gauge",
    labels: [],
    help: "Whether the database of the outbox answered in time; if not, its other gauges are absent",
    needs: "outbox",
    aggregator: "min",
  },
  outboxMessages: {
    name: "outbox_messages",
    type: "gauge",
    labels: ["state"],
    help: "Messages in the outbox",
    needs: "outbox",
    aggregator: "max",
  },
  outboxOldest: {
    name: "outbox_oldest_seconds",
    type: "gauge",
    labels: [],
    help: "How long the oldest message that is due has waited, 0 if none waits",
    needs: "outbox",
    aggregator: "max",
  },
  outboxRescheduled: {
    name: "outbox_rescheduled",
    type: "gauge",
    labels: [],
    help: "Waiting messages that have been deferred at least once",
    needs: "outbox",
    aggregator: "max",
  },
  settled: {
    name: "outbox_settled_total",
    type: "counter",
    labels: ["state", "provider"],
    help: "What became of messages that the worker took up; provider is the one that delivered, or none",
    needs: "nothing",
  },
  recovered: {
    name: "outbox_recovered_total",
    type: "counter",
    labels: [],
    help: "Messages taken up from a worker that was lost",
    needs: "nothing",
  },
  leasesLost: {
    name: "outbox_leases_lost_total",
    type: "counter",
    labels: [],
    help: "Messages that the worker lost its claim on",
    needs: "nothing",
  },
  workerErrors: {
    name: "outbox_errors_total",
    type: "counter",
    labels: [],
    help: "What failed in the background of the worker",
    needs: "nothing",
  },
  workerBusy: {
    name: "worker_busy",
    type: "gauge",
    labels: [],
    help: "Messages that the worker has under way",
    needs: "worker",
  },
  workerConcurrency: {
    name: "worker_concurrency",
    type: "gauge",
    labels: [],
    help: "Messages that the worker may have under way",
    needs: "worker",
  },
  workerTick: {
    name: "worker_last_tick_timestamp_seconds",
    type: "gauge",
    labels: [],
    help: "When the loop of the worker last went round, since 1970",
    needs: "worker",
    aggregator: "min",
  },
};
