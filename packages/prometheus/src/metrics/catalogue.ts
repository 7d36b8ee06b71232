import { chainMetrics } from "./chain.ts";
import { feedbackMetrics } from "./feedback.ts";
import type { Metric } from "./metric.ts";
import { outboxMetrics } from "./outbox.ts";

/** Every metric there is. The table in the README is written out of this one. */
export const catalogue: readonly Metric[] = [...chainMetrics, ...outboxMetrics, ...feedbackMetrics];

/** Seconds: mail takes from some 50 ms to a minute. */
export const buckets: readonly number[] = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
