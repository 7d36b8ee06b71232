// What @relais/prometheus opens. Written by `npm run api`.

// index.ts
import type { WorkerEvent } from "@relais/core/spi";
export { buckets, catalogue } from "./metrics/catalogue.ts";
export type { MetricEntry } from "./metrics/metric.ts";
export type { PrometheusOptions } from "./options.ts";
export { type PrometheusObserver, prometheus } from "./prometheus.ts";
export type { ClientCounter, ClientGauge, ClientHistogram, LabelValues, MetricsClient, MetricsRegistry, WithExemplar, } from "./registry/client.ts";
export type { FeedbackFigures, Watched, WatchedChain, WatchedLink, WatchedOutbox, WatchedWorker, } from "./targets/targets.ts";
export type WorkerEventLike = WorkerEvent;

// metrics/catalogue.ts
import type { Metric } from "./metric.ts";
export declare const catalogue: readonly Metric[];
export declare const buckets: readonly number[];

// metrics/metric.ts
import type { RelaisEvent } from "@relais/core/spi";
import type { SetGauge, ZeroSeries } from "../registry/instruments.ts";
import type { OutboxFigures } from "../targets/outbox-reading.ts";
import type { Quota } from "../targets/quotas.ts";
import type { FeedbackFigures, PlacedLink, WatchedChain, WatchedWorker } from "../targets/targets.ts";
export interface MetricEntry {
    readonly name: string;
    readonly type: "counter" | "gauge" | "histogram";
    readonly labels: readonly string[];
    readonly help: string;
    readonly needs: "nothing" | "chain" | "quota" | "outbox" | "worker";
    readonly aggregator?: "max" | "min" | "first";
}
export interface Metric extends MetricEntry {
    readonly on?: {
        readonly [Type in RelaisEvent["type"]]?: (event: Extract<RelaisEvent, {
            readonly type: Type;
        }>, add: AddTo, names: Names) => void;
    };
    readonly initial?: (zero: ZeroSeries, sources: Sources) => void;
    readonly read?: (set: SetGauge, sources: Sources) => void | Promise<void>;
}
export type AddTo = (value: number, first?: string, second?: string, third?: string) => void;
export interface Names {
    chain(id: string | undefined): string;
    provider(id: string | undefined): string;
}
export interface Sources {
    readonly chains: () => readonly WatchedChain[];
    readonly links: () => readonly PlacedLink[];
    readonly outbox: (() => Promise<OutboxFigures>) | undefined;
    readonly feedback: (() => Promise<FeedbackFigures | undefined>) | undefined;
    readonly names: Names;
    readonly workers: ReadonlySet<WatchedWorker>;
    readonly quotas: ReadonlyMap<string, Quota>;
    readonly version: string;
}

// options.ts
import { type MetricsClient, type MetricsRegistry } from "./registry/client.ts";
import { type Watched } from "./targets/targets.ts";
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

// prometheus.ts
import { type Observer } from "@relais/core/spi";
import { type PrometheusOptions } from "./options.ts";
import { type Watched } from "./targets/targets.ts";
export interface PrometheusObserver extends Observer {
    readonly worker: Observer;
    readonly watch: (watched: Watched) => void;
    readonly health: (health: unknown) => void;
    readonly close: () => void;
}
export declare function prometheus(options: PrometheusOptions): PrometheusObserver;

// registry/client.ts
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
    inc(observation: WithExemplar): unknown;
}
export interface ClientGauge {
    set(labels: LabelValues, value: number): unknown;
    reset(): void;
    remove(labels: LabelValues): void;
}
export interface ClientHistogram {
    observe(observation: WithExemplar): unknown;
    zero(labels: LabelValues): void;
}
export declare function checkClient(client: unknown, registry: unknown): void;

// registry/instruments.ts
import type { MetricsClient, MetricsRegistry } from "./client.ts";
export interface InstrumentEntry {
    readonly name: string;
    readonly help: string;
    readonly labels: readonly string[];
    readonly aggregator?: string;
}
export type ZeroSeries = (first?: string, second?: string, third?: string) => void;
export type SetGauge = (value: number, ...labels: string[]) => void;
export interface SeriesOf {
    add(value: number, first?: string, second?: string, third?: string): void;
    zero: ZeroSeries;
}
export interface Instruments {
    counter(entry: InstrumentEntry): SeriesOf;
    histogram(entry: InstrumentEntry, buckets: readonly number[]): SeriesOf;
    upDownGauge(entry: InstrumentEntry): SeriesOf;
    gauge(entry: InstrumentEntry, read: (set: SetGauge) => void | Promise<void>): void;
}
export declare function instruments(client: MetricsClient, registry: MetricsRegistry, prefix: string, traceId: (() => string | undefined) | undefined): Instruments;

// targets/outbox-reading.ts
import type { WatchedOutbox } from "./targets.ts";
export type OutboxFigures = Awaited<ReturnType<WatchedOutbox["stats"]>> | undefined;
export interface ReadingTimes {
    readonly cacheMs: number;
    readonly timeoutMs: number;
}
export declare function outboxReading<T>(read: () => Promise<T>, times: ReadingTimes): () => Promise<T | undefined>;

// targets/quotas.ts
import type { WatchedChain } from "./targets.ts";
export interface Quota {
    readonly perDay?: unknown;
    readonly sentLastDay?: unknown;
}
export interface Quotas {
    readonly byProvider: ReadonlyMap<string, Quota>;
    record(health: unknown): void;
    poll(chain: () => WatchedChain, everyMs: number): void;
    stop(): void;
}
export declare function quotas(nameOf: (provider: string) => string): Quotas;

// targets/targets.ts
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
    readonly feedback?: {
        stats(): Promise<FeedbackFigures>;
    } | undefined;
}
export interface FeedbackFigures {
    readonly providers: readonly {
        readonly provider: string;
        readonly byType: Readonly<Record<string, number>>;
        readonly bounceRate?: number;
        readonly complaintRate?: number;
        readonly lastAt: Date;
    }[];
    readonly early: number;
    readonly suppressed: Readonly<Record<string, number>>;
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
