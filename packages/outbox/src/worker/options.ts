import { hostname } from "node:os";
import type { Observer, WorkerEvent } from "@relais/core";
import type { MessageSource } from "../table/source.ts";

/** @deprecated `Observer<WorkerEvent>` of `@relais/core`; the observers of the chain are those of its worker, too */
export type WorkerObserver = Observer<WorkerEvent>;

export interface BackoffOptions {
  /** The pause after the first delivery that failed for a while, ms. @defaultValue 30000 */
  readonly baseMs?: number | undefined;
  /** The longest pause, ms. @defaultValue 6 hours */
  readonly capMs?: number | undefined;
}

export interface WorkerOptions {
  /** Messages in flight at once. @defaultValue 10 */
  readonly concurrency?: number | undefined;
  /** Stands in the trace. @defaultValue host, process and a few letters */
  readonly name?: string | undefined;
  /** The pauses between deliveries that failed for a while, where no provider says how long. */
  readonly backoff?: BackoffOptions | undefined;
  /**
   * Called with every event of the worker, besides the observers of the chain; one that is in both lists is called once.
   * They cannot change a delivery.
   */
  readonly observers?: readonly Observer<WorkerEvent>[] | undefined;
  /**
   * Bytes of messages in flight at once, as they are stored. A message takes some five times its size; one that is larger
   * than this is sent alone. @defaultValue 32 MiB
   */
  readonly maxBytesInFlight?: number | undefined;
  /**
   * Sent messages are deleted this long after they ended, ms; `Infinity` for never. @defaultValue 30 days
   */
  readonly keepSentForMs?: number | undefined;
  /**
   * A query without an answer by then, ms, is taken for lost and repeated on another connection: one that broke silently
   * would hold up everything for a quarter of an hour. @defaultValue 30000
   */
  readonly queryTimeoutMs?: number | undefined;
  /**
   * Whether the outbox's suppression list is asked before each message, besides that of the chain, and what becomes of a
   * message when it cannot be read: it is tried again later (`defer`), or sent as if nobody were on it (`send`). `off`: it
   * is not asked. @defaultValue `"defer"`
   */
  readonly suppression?: "defer" | "send" | "off" | undefined;
  /** Where messages come from besides the outbox: see `tableSource`. */
  readonly sources?: readonly MessageSource[] | undefined;
}

const thirtyDaysMs = 30 * 86_400_000;
const sixHoursMs = 6 * 3_600_000;

type Complete<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

/** `WorkerOptions`, checked and complete. */
export type WorkerSettings = Complete<WorkerOptions> & { readonly backoff: Complete<BackoffOptions> };

/** Every option there is: its default and its check. */
const checks: { readonly [K in keyof WorkerSettings]: (value: never) => WorkerSettings[K] } = {
  concurrency: (value: unknown = 10) =>
    checkNumber("concurrency", value, {
      min: 1,
      max: 1000,
      whole: true,
      must: "a whole number from 1 to 1000",
    }),
  name: (value: unknown = `${hostname()}-${process.pid}-${Math.random().toString(36).slice(2, 6)}`) => {
    if (typeof value === "string" && /^[\w.:-]{1,100}$/.test(value)) return value;
    throw new TypeError("createWorker: name must be 1 to 100 letters, digits, ., :, _ or -");
  },
  backoff: ({ baseMs = 30_000, capMs = sixHoursMs }: BackoffOptions = {}) => ({
    baseMs: checkNumber("backoff.baseMs", baseMs, { min: 1, must: "at least 1 ms" }),
    capMs: checkNumber("backoff.capMs", capMs, { min: 1, must: "at least 1 ms" }),
  }),
  observers: (value: readonly Observer<WorkerEvent>[] = []) => {
    if (Array.isArray(value) && value.every((one) => typeof one === "function")) return value;
    throw new TypeError("createWorker: observers must be a list of functions");
  },
  maxBytesInFlight: (value: unknown = 32 * 1024 * 1024) =>
    checkNumber("maxBytesInFlight", value, { min: 1, must: "a number of bytes of at least 1" }),
  keepSentForMs: (value: unknown = thirtyDaysMs) =>
    checkNumber("keepSentForMs", value, { min: 0, must: "a number of milliseconds, or Infinity" }),
  queryTimeoutMs: (value: unknown = 30_000) =>
    checkNumber("queryTimeoutMs", value, { min: 1_000, max: 3_600_000, must: "1000 to 3600000 ms" }),
  suppression: (value: unknown = "defer") => {
    if (value === "defer" || value === "send" || value === "off") return value;
    throw new TypeError('createWorker: suppression must be "defer", "send" or "off"');
  },
  sources: (value: readonly MessageSource[] = []) => {
    if (Array.isArray(value) && value.every((one) => typeof one?.round === "function")) return value;
    throw new TypeError("createWorker: sources must be a list of what tableSource gives");
  },
};

/** @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it */
export function workerSettings(options: WorkerOptions): WorkerSettings {
  const names = Object.keys(checks);
  const extra = Object.keys(options).find((key) => !names.includes(key));
  if (extra !== undefined) {
    throw new TypeError(`createWorker: there is no option ${extra}; there are ${names.join(", ")}`);
  }
  const values = Object.entries(checks).map(([name, check]) => [
    name,
    check(options[name as keyof WorkerOptions] as never),
  ]);
  return Object.fromEntries(values);
}

interface NumberCheck {
  readonly min: number;
  readonly max?: number;
  readonly whole?: boolean;
  readonly must: string;
}

function checkNumber(name: string, value: unknown, { min, max, whole = false, must }: NumberCheck): number {
  const inRange = typeof value === "number" && value >= min && value <= (max ?? Number.POSITIVE_INFINITY);
  if (inRange && (!whole || Number.isInteger(value))) return value;
  throw new RangeError(`createWorker: ${name} must be ${must}`);
}
