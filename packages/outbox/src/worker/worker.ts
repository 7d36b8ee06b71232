import type { Chain } from "@relais/core";
import { beforeClose, type DatabaseOwner } from "../database/database.ts";
import { withQueryTimeout, withTimeout } from "../database/with-timeout.ts";
import { purge } from "../operations/purge.ts";
import { checkVersion } from "../store/migrations.ts";
import { channel, queueDue, wakeWorkers } from "../store/scheduling.ts";
import { claimLoop } from "./claim-loop.ts";
import { errorText, type WorkerEvent } from "./events.ts";
import { inFlight } from "./in-flight.ts";
import { type LeaseKeeper, leaseKeeper } from "./lease-keeper.ts";
import { type WorkerOptions, workerSettings } from "./options.ts";
import { recover } from "./recover.ts";
import { interval, wakeSignal } from "./timing.ts";

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

const renewMs = 2_500;
const queueDueMs = 1_000;
const recoverMs = 2_000;
const sourceMs = 500;
const maxPurgeMs = 60_000;
/** This long before the end of the grace period what is in flight is aborted. */
const abortBeforeEndMs = 1_500;
/** How much longer than its grace period a worker may take to stop. */
const overtimeMs = 1_000;
/** The longest time that a timer takes, less that. */
const maxGraceMs = 2 ** 31 - 1 - overtimeMs;

/** What a worker needs of an outbox. */
interface WorkerOutbox extends DatabaseOwner {
  readonly defaultFrom: string | undefined;
}

/**
 * A worker over an outbox. Several may work on one Postgres; on PGlite, one.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function createWorker(
  outbox: WorkerOutbox,
  chain: Pick<Chain, "send">,
  options: WorkerOptions = {},
): Worker {
  const settings = workerSettings(options);
  const { concurrency, name, backoff, keepSentForMs, maxBytesInFlight } = settings;
  const database = withQueryTimeout(outbox.database, settings.queryTimeoutMs);
  let state: WorkerStatus["state"] = "new";
  let tickedAt = Date.now();
  let starting: Promise<void> = Promise.resolve();
  let stopped: Promise<void> | undefined;
  let replacing: Promise<void> | undefined;
  let lease: LeaseKeeper | undefined;
  let claiming: Promise<void> | undefined;
  /** What ends the worker's background work. */
  const ends: (() => Promise<unknown>)[] = [];
  let forget = (): void => undefined;

  const emit = (event: WorkerEvent): void => {
    for (const observer of settings.observers) {
      try {
        observer(event);
      } catch {
        // An observer cannot change a delivery.
      }
    }
  };
  const reportError = (during: string) => (error: unknown) => {
    emit({ type: "error", at: Date.now(), during, error: errorText(error) });
  };
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
    emit,
    reportError,
    onFreed(bytes) {
      // What waits may have been too large beside what has just ended.
      if (bytes > maxBytesInFlight / 4) queued.notify();
      freed.notify();
    },
  });
  const isStopping = (): boolean => state !== "working";

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
    status: () => ({ state, busy: messages.count, concurrency, tickedAt }),
  });

  async function begin(): Promise<void> {
    await checkVersion(database);
    await recoverLost();
    lease = await leaseKeeper(database, name, messages.uses, messages.abortLost);
    ends.push(await database.listen(channel, () => queued.notify()));
    every(renewMs, renewLeases, "renewing leases");
    every(queueDueMs, queueAllDue, "queueing what is due");
    every(recoverMs, recoverLost, "taking up lost messages");
    if (Number.isFinite(keepSentForMs)) {
      const everyMs = Math.min(maxPurgeMs, Math.max(queueDueMs, keepSentForMs));
      every(everyMs, () => purge(database, { olderThanMs: keepSentForMs }), "deleting old messages");
    }
    for (const source of settings.sources) {
      const bringIn = async (): Promise<void> => {
        if ((await source.round()) > 0) queued.notify();
      };
      every(sourceMs, bringIn, "reading a table");
    }
    claiming = claimLoop({
      database,
      lease: {
        get current() {
          return lease?.current;
        },
        retire: retireLease,
      },
      inFlight: messages,
      queued,
      freed,
      concurrency,
      worker: name,
      isStopping,
      onError: reportError("claiming"),
    });
  }

  function every(ms: number, work: () => Promise<unknown>, during: string): void {
    ends.push(interval(ms, work, reportError(during)));
  }

  async function end(graceMs: number): Promise<void> {
    state = "stopping";
    await starting.catch(() => undefined);
    queued.notify();
    freed.notify();
    const abort = (): void => messages.abortAll("the worker is stopping");
    const timer = setTimeout(abort, Math.max(0, graceMs - abortBeforeEndMs));
    await claiming;
    await messages.drain();
    clearTimeout(timer);
    await Promise.allSettled([...ends.map((one) => one()), replacing]);
    await lease?.release().catch(reportError("giving back a lease"));
    state = "stopped";
  }

  /** The database does not answer: nothing waits for it any longer. */
  function abandon(): void {
    reportError("stopping")(
      new Error("the database does not answer; what was under way is taken up by others"),
    );
    for (const one of ends) one().catch(() => undefined);
    state = "stopped";
  }

  async function renewLeases(): Promise<void> {
    messages.putBackLate();
    // Once more at once, on another connection: a lease is short.
    await lease?.renew().catch((error: unknown) => {
      reportError("renewing leases")(error);
      return lease?.renew();
    });
  }

  /** Until there is another lease nothing is claimed: it does not wait for the next renewal. */
  function retireLease(): void {
    lease?.retire();
    if (isStopping()) return;
    replacing = renewLeases().then(queued.notify, reportError("renewing leases"));
  }

  async function queueAllDue(): Promise<void> {
    tickedAt = Date.now();
    if ((await queueDue(database)) > 0) await wakeWorkers(database);
  }

  async function recoverLost(): Promise<void> {
    const recovered = await recover(database, reportError("taking up lost messages"));
    for (const { id: message, state } of recovered) {
      emit({ type: "recovered", at: Date.now(), message, state });
      queued.notify();
    }
  }
}
