import { setTimeout as sleep } from "node:timers/promises";
import type { Chain } from "@relais/core";
import type { Outbox } from "../outbox.ts";
import { jobQueue } from "../queue/job-queue.ts";
import type { MessageSource } from "../table/table-source.ts";
import { bell } from "./bell.ts";
import { feed, promote } from "./feed.ts";
import { hands } from "./hands.ts";
import { pump, windowSize } from "./pump.ts";
import { recover } from "./recover.ts";
import { rounds } from "./rounds.ts";
import type { WorkerEvent } from "./worker-event.ts";
import { type WorkerOptions, workerSettings } from "./worker-options.ts";

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
const feedGapMs = 25;
const lastMomentMs = 1_500;

/**
 * A worker over an outbox. Several may work on one Postgres; on PGlite, one.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function createWorker(
  outbox: Outbox,
  chain: Pick<Chain, "send">,
  options: WorkerOptions = {},
): Worker {
  const { concurrency, name, backoff, observers, keepSentForMs, sources } = workerSettings(options);
  const { database } = outbox;
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
    tell({
      type: "error",
      at: Date.now(),
      during,
      error: error instanceof Error ? error.message : String(error),
    });
  };
  const queue = jobQueue(database, failed("keeping the queue"));
  const work = bell();
  const more = bell();
  const under = hands({
    database,
    chain,
    queue,
    concurrency,
    worker: name,
    backoff,
    defaultFrom: outbox.defaultFrom,
    tell,
    failed,
    freed: () => work.ring(),
  });
  const isStopping = (): boolean => state !== "working";
  const ends: (() => Promise<unknown>)[] = [];

  const admit = async (): Promise<void> => {
    while (!isStopping()) {
      await more.wait(promoteMs);
      if (isStopping()) return;
      await feed(database, queue, windowSize(concurrency)).then(
        (fed) => fed > 0 && work.ring(),
        failed("creating jobs"),
      );
      await sleep(feedGapMs);
    }
  };

  return Object.freeze({
    name,
    async start() {
      if (state !== "new") throw new Error("a worker can be started once; make a new one");
      state = "working";
      await queue.start();
      await takeUp();
      const unlisten = await database.listen("relais_outbox", () => {
        work.ring();
        more.ring();
      });
      ends.push(
        unlisten,
        rounds(renewMs, () => under.renew(), failed("renewing leases")),
        rounds(promoteMs, queueDue, failed("queueing what is due")),
        rounds(recoverMs, takeUp, failed("taking up lost messages")),
      );
      if (Number.isFinite(keepSentForMs)) {
        const olderThanMs = keepSentForMs;
        ends.push(rounds(60_000, () => outbox.purge({ olderThanMs }), failed("deleting old messages")));
      }
      for (const source of sources)
        ends.push(rounds(sourceMs, () => bringIn(source), failed("reading a table")));
      const site = { database, queue, hands: under, bell: work, concurrency, worker: name };
      const pumping = pump({ ...site, isStopping, onError: failed("fetching") });
      const admitting = admit();
      ends.unshift(() => Promise.all([pumping, admitting]));
    },
    async stop({ graceMs = 25_000 } = {}) {
      if (state === "stopped" || state === "new") {
        state = "stopped";
        return;
      }
      state = "stopping";
      work.ring();
      more.ring();
      const timer = setTimeout(
        () => under.giveUp("the worker is stopping"),
        Math.max(0, graceMs - lastMomentMs),
      );
      await ends.shift()?.();
      await under.empty();
      clearTimeout(timer);
      await Promise.allSettled(ends.map((end) => end()));
      await queue.stop();
      state = "stopped";
    },
    status: () => ({ state, busy: under.busy, concurrency, tickedAt }),
  });

  async function queueDue(): Promise<void> {
    tickedAt = Date.now();
    if ((await promote(database)) > 0) more.ring();
  }

  async function bringIn(source: MessageSource): Promise<void> {
    if ((await source.round()) > 0) more.ring();
  }

  async function takeUp(): Promise<void> {
    for (const { id: message, state: now } of await recover(database)) {
      tell({ type: "recovered", at: Date.now(), message, state: now });
      more.ring();
    }
  }
}
