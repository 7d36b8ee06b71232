import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../database/database.ts";
import type { Job, JobQueue } from "../queue/job-queue.ts";
import type { Bell } from "./bell.ts";
import { claim } from "./claim.ts";
import { advance, feed } from "./feed.ts";
import type { Hands } from "./hands.ts";

const idleMs = 1_000;
/** How long free hands wait for more of them, so that messages are fetched several at once. */
const gatherMs = 4;
const firstPauseMs = 250;
const longestPauseMs = 5_000;
const advanceMs = 200;

/** What the pump is given. */
export interface PumpSite {
  readonly database: Database;
  readonly queue: JobQueue;
  readonly hands: Hands;
  readonly bell: Bell;
  readonly concurrency: number;
  readonly worker: string;
  isStopping(): boolean;
  onError(error: unknown): void;
}

/** As many jobs wait as can be taken while the next are being created. */
export function windowSize(concurrency: number): number {
  return Math.min(1_000, Math.max(50, 4 * concurrency));
}

/** Fetches whenever a hand is free, until the worker stops. Resolves then. */
export async function pump(site: PumpSite): Promise<void> {
  const { hands, bell, concurrency } = site;
  const take = taker(site);
  let pauseMs = firstPauseMs;
  while (!site.isStopping()) {
    if (hands.room <= 0) {
      await bell.wait(idleMs);
      continue;
    }
    if (hands.room < concurrency / 4) await sleep(gatherMs);
    try {
      const taken = await take(hands.room);
      pauseMs = firstPauseMs;
      if (taken === 0) await bell.wait(idleMs);
    } catch (error) {
      site.onError(error);
      await bell.wait(pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }
}

function taker({ database, queue, hands, concurrency, worker, onError }: PumpSite) {
  const size = windowSize(concurrency);
  let advancedAt = 0;

  return async (free: number): Promise<number> => {
    const jobs = [...(await queue.fetch(free))];
    if (jobs.length < free && (await feed(database, queue, size)) > 0) {
      jobs.push(...(await queue.fetch(free - jobs.length)));
    }
    if (jobs.length === 0) return 0;
    const byMessage = new Map<string, Job>(jobs.map((job) => [job.message, job]));
    const rows = await claim(database, [...byMessage.keys()], worker);
    for (const row of rows) {
      hands.take(row, byMessage.get(row.id) as Job);
      byMessage.delete(row.id);
    }
    // Cancelled, or done by somebody else.
    if (byMessage.size > 0) await queue.end([...byMessage.values()]);
    if (rows.length > 0 && Date.now() - advancedAt > advanceMs) {
      advancedAt = Date.now();
      advance(database, rows).catch(onError);
    }
    return jobs.length;
  };
}
