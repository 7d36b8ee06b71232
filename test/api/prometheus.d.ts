// What @relais/prometheus opens. Written by `npm run api`.

// index.ts
export { buckets, catalogue, type MetricName } from "./catalogue.ts";
export type { ChainMetric } from "./chain-catalogue.ts";
export type { ClientCounter, ClientGauge, ClientHistogram, LabelValues, MetricsClient, MetricsRegistry, WithExemplar, } from "./client.ts";
export type { MetricEntry } from "./metric-entry.ts";
export type { PrometheusOptions } from "./options.ts";
export type { OutboxMetric } from "./outbox-catalogue.ts";
export { type PrometheusObserver, prometheus } from "./prometheus.ts";
export type { Watched, WatchedChain, WatchedLink, WatchedOutbox, WatchedWorker } from "./watched.ts";
export type { WorkerHappening } from "./worker-metrics.ts";

// catalogue.ts
import { type ChainMetric } from "./chain-catalogue.ts";
import type { MetricEntry } from "./metric-entry.ts";
import { type OutboxMetric } from "./outbox-catalogue.ts";
export type MetricName = ChainMetric | OutboxMetric;
export declare const catalogue: Readonly<Record<MetricName, MetricEntry>>;
export declare const buckets: readonly number[];

// chain-catalogue.ts
import type { MetricEntry } from "./metric-entry.ts";
export type ChainMetric = "deliveries" | "attempts" | "attemptSeconds" | "deliverySeconds" | "failovers" | "skips" | "retries" | "retriesSuppressed" | "possibleDuplicates" | "breakerTransitions" | "inFlight" | "breakerState" | "linkPosition" | "retryBudget" | "rateLimitUsed" | "rateLimitLimit" | "quotaLimit" | "quotaUsed" | "buildInfo";
export declare const chainCatalogue: Readonly<Record<ChainMetric, MetricEntry>>;

// client.ts
export interface MetricsRegistry {
    readonly contentType: string;
    getSingleMetric(name: string): unknown;
    registerMetric(metric: never): void;
}
export interface MetricsClient {
    readonly Counter: new (configuration: never) => ClientCounter;
    readonly Gauge: new (configuration: never) => ClientGauge;
    readonly Histogram: new (configuration: never) => ClientHistogram;
}
export type LabelValues = Record<string, string>;
export interface WithExemplar {
    readonly labels: LabelValues;
    readonly value: number;
    readonly exemplarLabels?: LabelValues;
}
export interface ClientCounter {
    inc(labels: LabelValues, value: number): unknown;
    inc(given: WithExemplar): unknown;
}
export interface ClientGauge {
    set(labels: LabelValues, value: number): unknown;
    reset(): void;
    remove(labels: LabelValues): void;
}
export interface ClientHistogram {
    observe(given: WithExemplar): unknown;
    zero(labels: LabelValues): void;
}
export declare function checkClient(client: unknown, registry: unknown): void;

// exemplar.ts
import type { LabelValues, MetricsRegistry } from "./client.ts";
export type Exemplar = () => LabelValues | undefined;
export declare function traceExemplar(registry: MetricsRegistry, traceId: (() => string | undefined) | undefined): Exemplar | undefined;

// instruments.ts
import { type MetricName } from "./catalogue.ts";
import type { MetricsClient, MetricsRegistry } from "./client.ts";
import type { Exemplar } from "./exemplar.ts";
export type Counted = (...values: string[]) => () => void;
export type Timed = (...values: string[]) => (ms: number) => void;
export type Reading = (set: (value: number, ...values: string[]) => void) => void | Promise<void>;
export interface Instruments {
    count(key: MetricName): Counted;
    duration(key: MetricName): Timed;
    gauge(key: MetricName, read: Reading): void;
}
export declare function instruments(client: MetricsClient, registry: MetricsRegistry, prefix: string, exemplar: Exemplar | undefined): Instruments;

// label-values.ts
export declare const nobody = "none";
export declare const kinds: readonly string[];
export declare const statuses: readonly string[];
export declare const skipReasons: readonly string[];
export declare const suppressions: readonly string[];
export declare const breakerStates: readonly string[];
export declare const messageStates: readonly string[];
export interface KnownNames {
    of(value: string | undefined): string;
    know(values: () => Iterable<string>): void;
}
export declare function knownNames(most: number): KnownNames;
export declare const oneOf: (list: readonly string[], value: string | undefined) => string;

// metric-entry.ts
export interface MetricEntry {
    readonly name: string;
    readonly type: "counter" | "gauge" | "histogram";
    readonly labels: readonly string[];
    readonly help: string;
    readonly needs: "nothing" | "chain" | "quota" | "outbox" | "worker";
    readonly aggregator?: "max" | "min" | "first";
}

// options.ts
import { type MetricsClient, type MetricsRegistry } from "./client.ts";
import { type Watched } from "./watched.ts";
export interface PrometheusOptions extends Watched {
    readonly registry: MetricsRegistry;
    readonly client: MetricsClient;
    readonly prefix?: string | undefined;
    readonly traceId?: (() => string | undefined) | undefined;
    readonly outboxCacheMs?: number | undefined;
    readonly outboxTimeoutMs?: number | undefined;
}
export interface PrometheusSettings {
    readonly prefix: string;
    readonly outboxCacheMs: number;
    readonly outboxTimeoutMs: number;
}
export declare function prometheusSettings(options: PrometheusOptions): PrometheusSettings;

// outbox-catalogue.ts
import type { MetricEntry } from "./metric-entry.ts";
export type OutboxMetric = "outboxUp" | "outboxMessages" | "outboxOldest" | "outboxRescheduled" | "settled" | "recovered" | "leasesLost" | "workerErrors" | "workerBusy" | "workerConcurrency" | "workerTick";
export declare const outboxCatalogue: Readonly<Record<OutboxMetric, MetricEntry>>;

// prometheus.ts
import type { RelaisEvent } from "@relais/core/spi";
import { type PrometheusOptions } from "./options.ts";
import { type Watched } from "./watched.ts";
import { type WorkerHappening } from "./worker-metrics.ts";
export interface PrometheusObserver {
    (event: RelaisEvent): void;
    readonly worker: (event: WorkerHappening) => void;
    readonly watch: (watched: Watched) => void;
    readonly health: (health: unknown) => void;
    readonly close: () => void;
}
export declare function prometheus(options: PrometheusOptions): PrometheusObserver;

// watched.ts
export interface WatchedChain {
    readonly id: string;
    readonly links: readonly WatchedLink[];
    verify?(context?: {
        readonly signal?: AbortSignal;
    }): Promise<unknown>;
}
export interface WatchedLink {
    readonly id: string;
    readonly provider?: unknown;
    status(): Readonly<Record<string, unknown>>;
}
export interface WatchedOutbox {
    stats(): Promise<{
        readonly byState: Readonly<Record<string, number>>;
        readonly oldestQueuedMs: number;
        readonly rescheduled: number;
    }>;
}
export interface WatchedWorker {
    status(): {
        readonly busy: number;
        readonly concurrency: number;
        readonly tickedAt: number;
    };
}
export interface Watched {
    readonly chain?: WatchedChain | (() => WatchedChain) | undefined;
    readonly outbox?: WatchedOutbox | undefined;
    readonly worker?: WatchedWorker | undefined;
    readonly quotaEveryMs?: number | undefined;
}
export declare function checkWatched(watched: Watched): void;
export interface PlacedLink {
    readonly link: WatchedLink;
    readonly position: number;
    readonly isChain: boolean;
}
export declare function placedLinks(chain: WatchedChain, within?: number): readonly PlacedLink[];
export declare function innerChain(link: WatchedLink): WatchedChain | undefined;

// worker-metrics.ts
import type { Instruments } from "./instruments.ts";
import { type KnownNames } from "./label-values.ts";
import type { PlacedLink, WatchedWorker } from "./watched.ts";
export interface WorkerHappening {
    readonly type: string;
    readonly state?: string | undefined;
    readonly provider?: string | undefined;
    readonly possibleDuplicate?: boolean | undefined;
    readonly delivery?: {
        readonly possibleDuplicate?: boolean | undefined;
    } | undefined;
}
export interface WorkerMetrics {
    observe(event: WorkerHappening): void;
    watch(worker: WatchedWorker): void;
    zeros(links: readonly PlacedLink[]): void;
}
export declare function workerMetrics(make: Instruments, providers: KnownNames): WorkerMetrics;
