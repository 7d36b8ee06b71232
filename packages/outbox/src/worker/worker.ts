import { inspect } from "node:util";
import type { Chain, SuppressionList, WorkerEvent } from "@relais/core";
import { combineObservers } from "@relais/core/spi";
import { beforeClose, type DatabaseOwner } from "../database/database.ts";
import { withQueryTimeout, withTimeout } from "../database/with-timeout.ts";
import { type BackgroundContext, backgroundTasks } from "./background-tasks.ts";
import { claimLoop } from "./claim-loop.ts";
import { inFlight } from "./in-flight.ts";
import { type WorkerOptions, workerSettings } from "./options.ts";
import { wakeSignal } from "./timing.ts";

/** Sends what is in an outbox by a chain. */
export interface Worker {
  readonly name: string;
  /** Begins to work. Rejects if the database cannot be reached or is not of this version. */
  start(): Promise<void>;
  /**
   * Claims nothing more and finishes what is in flight. What is not finished within `graceMs` is given up: what was not
   * handed over goes back into the queue, the rest is `unknown`. @defaultValue 25000
   */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
  status(): WorkerStatus;
  /** `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WorkerStatus {
  readonly state: "new" | "working" | "stopping" | "stopped";
  /** Messages in flight. */
  readonly busy: number;
  readonly concurrency: number;
  /** When its loop last ran, ms since 1970, whether or not the database answered. */
  readonly tickedAt: number;
}

/** This long before the end of the grace period what is in flight is aborted. */
const abortBeforeEndMs = 1_500;
/** How much longer than its grace period a worker may take to stop. */
const overtimeMs = 1_000;
/** The longest time that a timer takes, less that. */
const maxGraceMs = 2 ** 31 - 1 - overtimeMs;

/** What a worker needs of an outbox. */
interface WorkerOutbox extends DatabaseOwner {
  readonly defaultFrom: string | undefined;
  /** Asked before each message. */
  readonly suppression?: SuppressionList | undefined;
  readonly feedback?: BackgroundContext["feedback"];
}

/** What a worker needs of a chain. Its observers are those of the worker, too. */
type WorkerChain = Pick<Chain, "send"> & Partial<Pick<Chain, "id" | "observers">>;

/**
 * A worker over an outbox. Several may work on one Postgres; on PGlite, one.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function createWorker(outbox: WorkerOutbox, chain: WorkerChain, options: WorkerOptions = {}): Worker {
  const settings = workerSettings(options);
  const { concurrency, name, backoff, maxBytesInFlight } = settings;
  const database = withQueryTimeout(outbox.database, settings.queryTimeoutMs);
  const observers = new Set([...(chain.observers ?? []), ...settings.observers]);
  const observe = combineObservers<WorkerEvent>([...observers], chain.id);
  const reportError = (during: string) => (error: unknown) => {
    observe?.({ type: "error", at: Date.now(), worker: name, during, error: errorText(error) });
  };
  let state: WorkerStatus["state"] = "new";
  const isStopping = (): boolean => state !== "working";
  const queued = wakeSignal();
  const freed = wakeSignal();
  const messages = inFlight({
    database,
    chain,
    concurrency,
    maxBytesInFlight,
    worker: name,
    backoff,
    defaultFrom: outbox.defaultFrom,
    suppression:
      outbox.suppression === undefined || settings.suppression === "off"
        ? undefined
        : { list: outbox.suppression, onUnavailable: settings.suppression },
    observe,
    reportError,
    onFreed(bytes) {
      // What waits may have been too large beside what has just ended.
      if (bytes > maxBytesInFlight / 4) queued.notify();
      freed.notify();
    },
  });
  const tasks = backgroundTasks({
    database,
    settings,
    feedback: outbox.feedback,
    inFlight: messages,
    observe,
    queued,
    isStopping,
    reportError,
  });
  let starting: Promise<void> = Promise.resolve();
  let claiming: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;
  let forget = (): void => undefined;

  const begin = async (): Promise<void> => {
    await tasks.start();
    claiming = claimLoop({
      database,
      lease: tasks.lease,
      inFlight: messages,
      queued,
      freed,
      concurrency,
      worker: name,
      checks: outbox.suppression !== undefined && settings.suppression === "defer",
      isStopping,
      onError: reportError("claiming"),
    });
  };
  const end = async (graceMs: number): Promise<void> => {
    state = "stopping";
    await starting.catch(() => undefined);
    queued.notify();
    freed.notify();
    const abort = (): void => messages.abortAll("the worker is stopping");
    const timer = setTimeout(abort, Math.max(0, graceMs - abortBeforeEndMs));
    await claiming;
    await messages.drain();
    clearTimeout(timer);
    await tasks.stop();
    await tasks.releaseLeases().catch(reportError("giving back a lease"));
    state = "stopped";
  };
  /** The database does not answer: nothing waits for it any longer. */
  const abandon = (): void => {
    const reason = "the database does not answer; what was under way is recovered by others";
    reportError("stopping")(new Error(reason));
    void tasks.stop();
    state = "stopped";
  };
  const stop: Worker["stop"] = async ({ graceMs = 25_000 } = {}) => {
    if (state === "new") state = "stopped";
    if (state === "stopped") return;
    const ms = Math.min(graceMs, maxGraceMs);
    stopped ??= withTimeout(end(ms), ms + overtimeMs, abandon).finally(forget);
    await stopped;
  };

  return Object.freeze({
    name,
    async start() {
      if (state !== "new") throw new Error("a worker can be started once; make a new one");
      state = "working";
      forget = beforeClose(outbox.database, stop);
      starting = begin();
      await starting.catch(async (error: unknown) => {
        // None of its background work may go on.
        forget();
        await withTimeout(end(0), overtimeMs, abandon).catch(() => undefined);
        throw error;
      });
    },
    stop,
    [Symbol.asyncDispose]: () => stop(),
    status: () => ({ state, busy: messages.count, concurrency, tickedAt: tasks.tickedAt }),
  });
}

const maxLength = 500;

/** An error on one line: some have no message but a code, and some that are thrown are no errors. */
function errorText(error: unknown): string {
  return textOf(error).replace(/\s+/g, " ").slice(0, maxLength).toWellFormed();
}

function textOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { message, code, errors } = error as { message?: unknown; code?: unknown; errors?: unknown };
  if (typeof message === "string" && message !== "") return message;
  if (Array.isArray(errors) && errors.length > 0) return errors.map(textOf).join(", ");
  if (typeof code === "string" && code !== "") return code;
  return inspect(error, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
}
