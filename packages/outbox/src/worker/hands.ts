import type { Outcome } from "@relais/core";
import type { Job, JobQueue } from "../queue/job-queue.ts";
import { attemptJournal } from "./attempt-journal.ts";
import { batch } from "./batch.ts";
import type { Claimed } from "./claim.ts";
import { type Delivered, type DeliverySite, deliverOne } from "./deliver-one.ts";
import { type Finish, finisher } from "./finish.ts";
import { journalWrites } from "./journal-writes.ts";
import { enterLate } from "./late.ts";
import { persist } from "./persist.ts";
import type { WorkerEvent } from "./worker-event.ts";

/** A message under way. */
interface Held {
  readonly job: Job;
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** What the hands of a worker are given. */
export interface HandsSite extends DeliverySite {
  readonly queue: JobQueue;
  tell(event: WorkerEvent): void;
  /** A hand is free again. */
  freed(): void;
}

/** The messages that a worker has under way. */
export interface Hands {
  readonly busy: number;
  take(row: Claimed, job: Job): void;
  /** Keeps the leases of all that is under way, and gives up what has been lost. */
  renew(): Promise<void>;
  /** Resolves when nothing is under way. */
  empty(): Promise<void>;
  /** Gives up all that is under way: what is not handed over goes back. */
  giveUp(reason: string): void;
}

export function hands(site: HandsSite): Hands {
  const { database, queue, worker, tell } = site;
  const held = new Map<string, Held>();
  const writes = journalWrites(database);
  const finish = finisher(database);
  const end = batch<Job, undefined>(async (jobs) => {
    await queue.end(jobs);
    return jobs.map(() => undefined);
  });
  const whole = new AbortController();

  const failed = (during: string) => (error: unknown) => {
    tell({
      type: "error",
      at: Date.now(),
      during,
      error: error instanceof Error ? error.message : String(error),
    });
  };
  const late = async (message: string, seq: number, outcome: Outcome): Promise<void> => {
    const state = await persist(() => enterLate(database, { message, seq, outcome }), whole.signal);
    if (state !== undefined) tell({ type: "late", at: Date.now(), message, state });
  };

  const run = async (row: Claimed, job: Job, controller: AbortController): Promise<void> => {
    const began = Date.now();
    const journal = attemptJournal(row, {
      worker,
      writes,
      late: (message, seq, outcome) => {
        late(message, seq, outcome).catch(failed("entering a late answer"));
      },
    });
    const { finish: what, delivery } = await deliverOne(row, site, journal, controller.signal);
    if (await persist(() => finish(what), whole.signal)) tell(settled(row, what, began, delivery));
    else await persist(() => journal.flush(), whole.signal);
    await persist(() => end(job), whole.signal);
  };

  return {
    get busy() {
      return held.size;
    },
    take(row, job) {
      const controller = new AbortController();
      const done = run(row, job, controller)
        // Its lease is let go by not being renewed; its journal says how far it came.
        .catch(failed("sending a message"))
        .finally(() => {
          held.delete(row.id);
          site.freed();
        });
      held.set(row.id, { job, controller, done });
    },
    async renew() {
      const jobs = [...held.values()].map(({ job }) => job);
      for (const { message } of await queue.renew(jobs)) {
        const lost = held.get(message);
        if (lost === undefined) continue;
        tell({ type: "lease-lost", at: Date.now(), message });
        lost.controller.abort(new Error("the lease was lost"));
      }
    },
    async empty() {
      while (held.size > 0) await Promise.all([...held.values()].map(({ done }) => done));
    },
    giveUp(reason) {
      for (const { controller } of held.values()) controller.abort(new Error(reason));
      // Writes that wait for the database to come back wait a last moment.
      setTimeout(() => whole.abort(), 2_000).unref();
    },
  };
}

function settled(row: Claimed, finish: Finish, began: number, delivery: Delivered["delivery"]): WorkerEvent {
  const { state, notBefore } = finish.settlement;
  const { provider, error } = finish;
  const at = Date.now();
  return {
    type: "settled",
    at,
    message: row.id,
    tenant: row.tenant,
    state,
    provider: state === "sent" || state === "partial" ? provider : undefined,
    error,
    notBefore,
    ms: at - began,
    delivery,
  };
}
