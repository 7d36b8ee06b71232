import type { Chain } from "@relais/core";
import { use } from "../database/database.ts";
import { inTime, within } from "../database/with-timeout.ts";
import { purge } from "../operations/purge.ts";
import type { Outbox } from "../outbox.ts";
import { leases as leasesOf } from "../store/leases.ts";
import { checkVersion } from "../store/migrations.ts";
import { promote } from "../store/scheduling.ts";
import type { MessageSource } from "../table/source.ts";
import { pump } from "./claim-loop.ts";
import { errorWords, type WorkerEvent } from "./events.ts";
import { hands } from "./in-flight.ts";
import { type Tenure, tenure } from "./lease-keeper.ts";
import { type WorkerOptions, workerSettings } from "./options.ts";
import { recover } from "./recover.ts";
import { bell, rounds } from "./timing.ts";

/** Sends what is in an outbox by a chain. */
export interface Worker {
  readonly name: string;
  /** Begins to work. Rejects if the database cannot be reached or is not of this version. */
  start(): Promise<void>;
  /**
   * Takes nothing more and finishes what is under way. What is not finished within `graceMs` is given up: what was not
   * handed over goes back into the queue, the rest is `unknown`. @defaultValue 25000
   */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
  status(): WorkerStatus;
  /** `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WorkerStatus {
  readonly state: "new" | "working" | "stopping" | "stopped";
  /** Messages under way. */
  readonly busy: number;
  readonly concurrency: number;
  /** When its loop last went round, ms since 1970, whether or not the database answered. */
  readonly tickedAt: number;
}

const renewMs = 2_500;
const promoteMs = 1_000;
const recoverMs = 2_000;
const sourceMs = 500;
const longestPurgeMs = 60_000;
const lastMomentMs = 1_500;
/** How much longer than it was given a worker may take to stop. */
const overMs = 1_000;
/** The longest time that a timer takes, less that. */
const longestMs = 2 ** 31 - 1 - overMs;

/**
 * A worker over an outbox. Several may work on one Postgres; on PGlite, one.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function createWorker(
  outbox: Outbox,
  chain: Pick<Chain, "send">,
  options: WorkerOptions = {},
): Worker {
  const settings = workerSettings(options);
  const { concurrency, name, backoff, observers, keepSentForMs, queryTimeoutMs, sources } = settings;
  const { maxBytesInFlight } = settings;
  const database = within(outbox.database, queryTimeoutMs);
  let state: WorkerStatus["state"] = "new";
  let tickedAt = Date.now();
  const tell = (event: WorkerEvent): void => {
    for (const observer of observers) {
      try {
        observer(event);
      } catch {
        // An observer cannot change a delivery.
      }
    }
  };
  const failed = (during: string) => (error: unknown) => {
    tell({ type: "error", at: Date.now(), during, error: errorWords(error) });
  };
  const leases = leasesOf(database, failed("keeping leases"));
  const work = bell();
  const freed = bell();
  const under = hands({
    database,
    chain,
    concurrency,
    maxBytesInFlight,
    worker: name,
    backoff,
    defaultFrom: outbox.defaultFrom,
    tell,
    failed,
    freed(bytes) {
      // What waits may have been too large, beside what is over now.
      if (bytes > maxBytesInFlight / 4) work.ring();
      freed.ring();
    },
  });
  const isStopping = (): boolean => state !== "working";
  const ends: (() => Promise<unknown>)[] = [];
  let release = (): Promise<void> => Promise.resolve();
  let stopped: Promise<void> | undefined;
  let starting: Promise<void> = Promise.resolve();
  let unused = (): void => undefined;
  let replacing: Promise<void> | undefined;

  const stop = async ({
    graceMs = 25_000,
  }: {
    readonly graceMs?: number | undefined;
  } = {}): Promise<void> => {
    if (state === "new") state = "stopped";
    if (state === "stopped") return;
    const ms = Math.min(graceMs, longestMs);
    stopped ??= inTime(end(ms), ms + overMs, overdue).finally(unused);
    await stopped;
  };

  return Object.freeze({
    name,
    async start() {
      if (state !== "new") throw new Error("a worker can be started once; make a new one");
      state = "working";
      unused = use(outbox.database, stop);
      starting = begin();
      await starting.catch(async (error: unknown) => {
        // Nothing of it may go on by itself.
        unused();
        await inTime(end(0), overMs, overdue).catch(() => undefined);
        throw error;
      });
    },
    stop,
    [Symbol.asyncDispose]: () => stop(),
    status: () => ({ state, busy: under.busy, concurrency, tickedAt }),
  });

  async function begin(): Promise<void> {
    await checkVersion(database);
    await leases.start();
    await takeUp();
    const held = await tenure(leases, under.holds, under.lose);
    release = () => held.end();
    const unlisten = await database.listen("relais_outbox", () => work.ring());
    ends.push(
      unlisten,
      rounds(renewMs, () => renew(held), failed("renewing leases")),
      rounds(promoteMs, queueDue, failed("queueing what is due")),
      rounds(recoverMs, takeUp, failed("taking up lost messages")),
    );
    if (Number.isFinite(keepSentForMs)) {
      const olderThanMs = keepSentForMs;
      const everyMs = Math.min(longestPurgeMs, Math.max(promoteMs, keepSentForMs));
      ends.push(rounds(everyMs, () => purge(database, { olderThanMs }), failed("deleting old messages")));
    }
    for (const source of sources)
      ends.push(rounds(sourceMs, () => bringIn(source), failed("reading a table")));
    const claims = {
      get current() {
        return held.current;
      },
      giveUp: () => replace(held),
    };
    const site = { database, tenure: claims, hands: under, work, freed, concurrency, worker: name };
    const pumping = pump({ ...site, isStopping, onError: failed("claiming") });
    ends.unshift(() => pumping);
    ends.push(async () => replacing);
  }

  async function end(graceMs: number): Promise<void> {
    state = "stopping";
    await starting.catch(() => undefined);
    work.ring();
    freed.ring();
    const timer = setTimeout(
      () => under.giveUp("the worker is stopping"),
      Math.max(0, graceMs - lastMomentMs),
    );
    await ends.shift()?.();
    await under.empty();
    clearTimeout(timer);
    await Promise.allSettled(ends.map((one) => one()));
    await release().catch(failed("giving back a lease"));
    await leases.stop();
    state = "stopped";
  }

  /** Nobody is kept waiting by a database that does not answer. */
  function overdue(): void {
    failed("stopping")(new Error("the database does not answer; what was under way is taken up by others"));
    for (const one of [...ends, leases.stop]) one().catch(() => undefined);
    state = "stopped";
  }

  async function renew(held: Tenure): Promise<void> {
    under.letGo();
    // Once more at once, on another connection: a lease is short.
    await held.renew().catch((error: unknown) => {
      failed("renewing leases")(error);
      return held.renew();
    });
  }

  /** Not only with the next round: until there is another lease nothing is claimed. */
  function replace(held: Tenure): void {
    held.giveUp();
    if (isStopping()) return;
    replacing = renew(held).then(work.ring, failed("renewing leases"));
  }

  async function queueDue(): Promise<void> {
    tickedAt = Date.now();
    if ((await promote(database)) > 0) await database.query("select pg_notify('relais_outbox', '')");
  }

  async function bringIn(source: MessageSource): Promise<void> {
    if ((await source.round()) > 0) work.ring();
  }

  async function takeUp(): Promise<void> {
    for (const { id: message, state: now } of await recover(database, failed("taking up lost messages"))) {
      tell({ type: "recovered", at: Date.now(), message, state: now });
      work.ring();
    }
  }
}
