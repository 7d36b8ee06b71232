export { buckets, catalogue, type MetricName } from "./catalogue.ts";
export type { ChainMetric } from "./chain-catalogue.ts";
export type {
  ClientCounter,
  ClientGauge,
  ClientHistogram,
  LabelValues,
  MetricsClient,
  MetricsRegistry,
  WithExemplar,
} from "./client.ts";
export type { MetricEntry } from "./metric-entry.ts";
export type { PrometheusOptions } from "./options.ts";
export type { OutboxMetric } from "./outbox-catalogue.ts";
export { type PrometheusObserver, prometheus } from "./prometheus.ts";
export type { Watched, WatchedChain, WatchedLink, WatchedOutbox, WatchedWorker } from "./watched.ts";
export type { WorkerHappening } from "./worker-metrics.ts";
