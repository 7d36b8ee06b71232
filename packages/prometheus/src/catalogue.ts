import { type ChainMetric, chainCatalogue } from "./chain-catalogue.ts";
import type { MetricEntry } from "./metric-entry.ts";
import { type OutboxMetric, outboxCatalogue } from "./outbox-catalogue.ts";

/** What a metric is called in the code. */
export type MetricName = ChainMetric | OutboxMetric;

/** Every metric there is. The table in the README is written out of this one. */
export const catalogue: Readonly<Record<MetricName, MetricEntry>> = { ...chainCatalogue, ...outboxCatalogue };

/** Seconds: mail takes from some 50 ms to a minute. */
export const buckets: readonly number[] = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
