import type { Taken } from "../start-sink.ts";
import { median, quantile } from "../statistics.ts";
import type { Done } from "./library.ts";

/** A round of a row by one library. */
export interface Round {
  /** Of mails that were delivered. */
  readonly rate: number;
  readonly cpuUs: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstS: number;
  readonly wallS: number;
  readonly firstMs: number;
  readonly rssMb: number;
  readonly sent: number;
  /** As the library says. */
  readonly delivered: number;
  /** As the servers say. */
  readonly arrived: number;
  /** CPU time of the server's process a mail, µs. */
  readonly sinkUs: number;
}

/** One library's rounds in one row, or why there are none. */
export type Outcome = { readonly rounds: readonly Round[] } | { readonly cannot: string };

/** What a run measured: the file beside the page, from which the page is written. */
export interface Results {
  /** 2026-11-30 */
  readonly date: string;
  readonly isQuick: boolean;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly system: string;
    readonly node: string;
    /** How many processes wanted to run in the minute before it began, and in its last one. */
    readonly load: readonly [before: number, after: number];
  };
  readonly libraries: readonly {
    readonly id: string;
    readonly name: string;
    readonly versions: Readonly<Record<string, string>>;
  }[];
  /** By row, then by library. */
  readonly rows: Readonly<Record<string, Readonly<Record<string, Outcome>>>>;
}

const rounded = (value: number): number => Number(value.toPrecision(5));

export function roundOf({ ms, delivered, wallMs, cpuUs, firstMs, rss }: Done, taken: Taken): Round {
  return {
    rate: rounded((delivered / wallMs) * 1_000),
    cpuUs: rounded(cpuUs / ms.length),
    meanMs: rounded(ms.reduce((sum, one) => sum + one, 0) / ms.length),
    p50Ms: rounded(median(ms)),
    p99Ms: rounded(quantile(ms, 0.99)),
    worstS: rounded(Math.max(...ms) / 1_000),
    wallS: rounded(wallMs / 1_000),
    firstMs: rounded(firstMs),
    rssMb: rounded(rss / 1e6),
    sent: ms.length,
    delivered,
    arrived: taken.accepted,
    sinkUs: rounded(taken.cpuUs / taken.accepted),
  };
}
