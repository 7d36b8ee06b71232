import type { WorkerEvent } from "@relais/core/spi";

export { buckets, catalogue } from "./metrics/catalogue.ts";
export type { MetricEntry } from "./metrics/metric.ts";
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
  FeedbackFigures,
  Watched,
  WatchedChain,
  WatchedLink,
  WatchedOutbox,
  WatchedWorker,
} from "./targets/targets.ts";
/** @deprecated `WorkerEvent` of `@relais/core` */
export type WorkerEventLike = WorkerEvent;
