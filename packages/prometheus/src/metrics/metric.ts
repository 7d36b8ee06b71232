import type { RelaisEvent } from "@relais/core/spi";
import type { SetGauge, ZeroSeries } from "../registry/instruments.ts";
import type { OutboxFigures } from "../targets/outbox-reading.ts";
import type { Quota } from "../targets/quotas.ts";
import type { FeedbackFigures, PlacedLink, WatchedChain, WatchedWorker } from "../targets/targets.ts";

/** One metric; `name` is without the prefix. */
export interface MetricEntry {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
  /** What must be watched for it to be there. */
  readonly needs: "nothing" | "chain" | "quota" | "outbox" | "worker";
  /** What one value is made of those of a cluster's processes. @defaultValue `"sum"` */
  readonly aggregator?: "max" | "min" | "first";
}

/** A row of the table: all there is to say of a metric. Label values are in the order of `labels`. */
export interface Metric extends MetricEntry {
  /** What an event adds: 1 to a counter, ms to a histogram, 1 or -1 to a gauge that is not read but kept. */
  readonly on?: {
    readonly [Type in RelaisEvent["type"]]?: (
      event: Extract<RelaisEvent, { readonly type: Type }>,
      add: AddTo,
      names: Names,
    ) => void;
  };
  /** Makes the series that can be foreseen, at 0; called whenever more is watched. Without labels there is one anyway. */
  readonly initial?: (zero: ZeroSeries, sources: Sources) => void;
  /** What a gauge holds, read at each scrape. */
  readonly read?: (set: SetGauge, sources: Sources) => void | Promise<void>;
}

/** Adds to the series of these label values. */
export type AddTo = (value: number, first?: string, second?: string, third?: string) => void;

/** Names as labels may hold them. */
export interface Names {
  chain(id: string | undefined): string;
  provider(id: string | undefined): string;
}

/** Where gauges are read from. */
export interface Sources {
  readonly chains: () => readonly WatchedChain[];
  /** All links of all chains. */
  readonly links: () => readonly PlacedLink[];
  /** Undefined while none is watched. */
  readonly outbox: (() => Promise<OutboxFigures>) | undefined;
  /** What providers told the outbox; undefined while none that knows is watched. */
  readonly feedback: (() => Promise<FeedbackFigures | undefined>) | undefined;
  readonly names: Names;
  readonly workers: ReadonlySet<WatchedWorker>;
  readonly quotas: ReadonlyMap<string, Quota>;
  /** That of this package. */
  readonly version: string;
}
