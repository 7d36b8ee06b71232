import { hostname } from "node:os";
import type { MessageSource } from "../table/source.ts";
import type { BackoffOptions } from "./deliver.ts";
import type { WorkerObserver } from "./events.ts";

export interface WorkerOptions {
  /** Messages under way at once. @defaultValue 10 */
  readonly concurrency?: number | undefined;
  /** Stands in the trace. @defaultValue host, process and a few letters */
  readonly name?: string | undefined;
  /** The pauses between deliveries that failed for a while, where no provider says how long. */
  readonly backoff?: BackoffOptions | undefined;
  /** Who looks on. They cannot change a delivery. */
  readonly observers?: readonly WorkerObserver[] | undefined;
  /**
   * Bytes of messages under way at once, as they are stored. A message takes some five times its size; one that is larger
   * than this is sent alone. @defaultValue 32 MiB
   */
  readonly maxBytesInFlight?: number | undefined;
  /**
   * Sent messages are deleted this long after they ended, ms; `Infinity` for never. @defaultValue 30 days
   */
  readonly keepSentForMs?: number | undefined;
  /**
   * An answer of the database that has not come by then, ms, is taken for lost, and asked for again on another
   * connection: one that broke silently would hold up everything for a quarter of an hour. @defaultValue 30000
   */
  readonly queryTimeoutMs?: number | undefined;
  /** Where messages come from besides the outbox: see `tableSource`. */
  readonly sources?: readonly MessageSource[] | undefined;
}

/** `WorkerOptions`, checked and complete. */
export interface WorkerSettings {
  readonly concurrency: number;
  readonly maxBytesInFlight: number;
  readonly name: string;
  readonly backoff: BackoffOptions;
  readonly observers: readonly WorkerObserver[];
  readonly keepSentForMs: number;
  readonly queryTimeoutMs: number;
  readonly sources: readonly MessageSource[];
}

const known = [
  "concurrency",
  "maxBytesInFlight",
  "name",
  "backoff",
  "observers",
  "keepSentForMs",
  "queryTimeoutMs",
  "sources",
];
const thirtyDaysMs = 30 * 86_400_000;

function number(
  field: string,
  value: unknown,
  min: number,
  what: string,
  max = Number.POSITIVE_INFINITY,
): number {
  if (typeof value !== "number" || !(value >= min && value <= max)) {
    throw new RangeError(`createWorker: ${field} must be ${what}`);
  }
  return value;
}

/** @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it */
export function workerSettings(options: WorkerOptions): WorkerSettings {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new TypeError(`createWorker: there is no option ${key}; there are ${known.join(", ")}`);
    }
  }
  const {
    concurrency = 10,
    maxBytesInFlight = 32 * 1024 * 1024,
    backoff = {},
    observers = [],
    sources = [],
    keepSentForMs = thirtyDaysMs,
    queryTimeoutMs = 30_000,
    name = `${hostname()}-${process.pid}-${Math.random().toString(36).slice(2, 6)}`,
  } = options;
  number("concurrency", concurrency, 1, "a whole number of at least 1");
  if (!Number.isInteger(concurrency) || concurrency > 1000) {
    throw new RangeError("createWorker: concurrency must be a whole number from 1 to 1000");
  }
  number("maxBytesInFlight", maxBytesInFlight, 1, "a number of bytes of at least 1");
  if (typeof name !== "string" || !/^[\w.:-]{1,100}$/.test(name)) {
    throw new TypeError("createWorker: name must be 1 to 100 letters, digits, ., :, _ or -");
  }
  if (!Array.isArray(observers) || observers.some((observer) => typeof observer !== "function")) {
    throw new TypeError("createWorker: observers must be a list of functions");
  }
  number("keepSentForMs", keepSentForMs, 0, "a number of milliseconds, or Infinity");
  number("queryTimeoutMs", queryTimeoutMs, 1_000, "1000 to 3600000 ms", 3_600_000);
  if (backoff.baseMs !== undefined) number("backoff.baseMs", backoff.baseMs, 1, "at least 1 ms");
  if (backoff.capMs !== undefined) number("backoff.capMs", backoff.capMs, 1, "at least 1 ms");
  if (!Array.isArray(sources) || sources.some((source) => typeof source?.round !== "function")) {
    throw new TypeError("createWorker: sources must be a list of what tableSource gives");
  }
  return { concurrency, maxBytesInFlight, name, backoff, observers, keepSentForMs, queryTimeoutMs, sources };
}
