import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../database/database.ts";
import type { Bell } from "./bell.ts";
import { claim } from "./claim.ts";
import type { Hands } from "./hands.ts";
import { isRefusal } from "./persist.ts";
import type { Tenure } from "./tenure.ts";
import { advance } from "./turns.ts";

const idleMs = 1_000;
/** How long free hands wait for more of them, so that messages are claimed several at once. */
const gatherMs = 4;
const firstPauseMs = 250;
const longestPauseMs = 5_000;
const advanceMs = 200;

/** What the pump is given. */
export interface PumpSite {
  readonly database: Database;
  readonly tenure: Pick<Tenure, "current" | "giveUp">;
  readonly hands: Hands;
  /** Something may be waiting. */
  readonly work: Bell;
  /** A hand is free. */
  readonly freed: Bell;
  readonly concurrency: number;
  readonly worker: string;
  isStopping(): boolean;
  onError(error: unknown): void;
}

/** Claims whenever a hand is free, until the worker stops. Resolves then. */
export async function pump(site: PumpSite): Promise<void> {
  const { hands, work, freed, concurrency } = site;
  const take = taker(site);
  let pauseMs = firstPauseMs;
  while (!site.isStopping()) {
    if (hands.room <= 0) {
      await freed.wait(idleMs);
      continue;
    }
    if (hands.room < concurrency / 4) await sleep(gatherMs);
    const free = hands.room;
    if (free <= 0) continue;
    try {
      const taken = await take(free);
      pauseMs = firstPauseMs;
      if (taken < free) await work.wait(idleMs);
    } catch (error) {
      site.onError(error);
      await work.wait(pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }
}

function taker({ database, tenure, hands, worker, onError }: PumpSite) {
  let advancedAt = 0;

  return async (free: number): Promise<number> => {
    const lease = tenure.current?.id;
    if (lease === undefined) return 0;
    const rows = await claim(database, { limit: free, worker, lease }).catch((error: unknown) => {
      // It may have been done all the same: then they are held by nobody here, under a lease that goes on.
      if (!isRefusal(error)) tenure.giveUp();
      throw error;
    });
    for (const row of rows) hands.take(row, lease);
    if (rows.length > 0 && Date.now() - advancedAt > advanceMs) {
      advancedAt = Date.now();
      advance(database, rows).catch(onError);
    }
    return rows.length;
  };
}
