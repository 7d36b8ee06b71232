export { buckets, catalogue } from "./metrics/catalogue.ts";
export type { MetricEntry, WorkerEventLike } from "./metrics/metric.ts";
export type { PrometheusOptions } from "./options.ts";
export { type PrometheusObserver, prometheus } from "./prometheus.ts";
export type {
  ClientCounter,
  ClientGauge,
  ClientHistogram,
  LabelValues,
  MetricsClient,
  MetricsRegistry,
  WithExemplar,
} from "./registry/client.ts";
export type {
  Watched,
  WatchedChain,
  WatchedLink,
  WatchedOutbox,
  WatchedWorker,
} from "./targets/targets.ts";
