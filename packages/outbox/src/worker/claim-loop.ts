import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../database/database.ts";
import { type ClaimOptions, claim, suspectsWait } from "../store/claims.ts";
import { advance } from "../store/scheduling.ts";
import { isRefusal } from "./batching.ts";
import type { Hands } from "./in-flight.ts";
import type { Tenure } from "./lease-keeper.ts";
import type { Bell } from "./timing.ts";

const idleMs = 1_000;
/** How long free hands wait for more of them, so that messages are claimed several at once. */
const gatherMs = 4;
const firstPauseMs = 250;
const longestPauseMs = 5_000;
const advanceMs = 200;
/** How often it is looked for messages that were lost with their worker: seldom, and soon again if there were some. */
const suspectsMs = 500;
const moreSuspectsMs = 50;
/** The longest wait until nothing else is under way. */
const aloneWithinMs = 60_000;

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
  const takeSuspect = suspects(site, take);
  let pauseMs = firstPauseMs;
  while (!site.isStopping()) {
    if (hands.room <= 0 || hands.bytesLeft <= 0) {
      await freed.wait(idleMs);
      continue;
    }
    if (hands.room < concurrency / 4) await sleep(gatherMs);
    const free = hands.room;
    if (free <= 0) continue;
    try {
      const taken = await take({ limit: free });
      pauseMs = firstPauseMs;
      const moreSuspects = await takeSuspect();
      if (taken < free) await work.wait(moreSuspects ? moreSuspectsMs : idleMs);
    } catch (error) {
      site.onError(error);
      await work.wait(pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }
}

type Take = (how: Pick<ClaimOptions, "limit" | "suspects">) => Promise<number>;

function taker({ database, tenure, hands, worker, onError }: PumpSite): Take {
  const mayAdvance = every(advanceMs);

  return async (how) => {
    const lease = tenure.current?.id;
    if (lease === undefined) return 0;
    const bytes = hands.bytesLeft;
    const oneAnyway = hands.busy === 0;
    const rows = await claim(database, { ...how, worker, lease, bytes, oneAnyway }).catch(
      (error: unknown) => {
        // It may have been done all the same: then they are held by nobody here, under a lease that goes on.
        if (!isRefusal(error)) tenure.giveUp();
        throw error;
      },
    );
    for (const row of rows) hands.take(row, lease);
    if (rows.length > 0 && mayAdvance()) advance(database, rows).catch(onError);
    return rows.length;
  };
}

/**
 * A message that was lost with its worker may be what ended it: it is sent alone, when nothing else is under way, so that
 * no other is lost with it once more.
 */
function suspects({ database, hands, freed, isStopping }: PumpSite, take: Take): () => Promise<boolean> {
  const mayLook = every(suspectsMs);
  const mayLookAgain = every(moreSuspectsMs);
  let found = false;
  const alone = async (): Promise<void> => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      freed.ring();
    }, aloneWithinMs);
    while (hands.busy > 0 && !late && !isStopping()) await freed.wait(idleMs);
    clearTimeout(timer);
  };

  // Whether more of them may be waiting.
  return async () => {
    if (!mayLook() && !(found && mayLookAgain())) return found;
    found = await suspectsWait(database);
    if (!found) return false;
    await alone();
    if (isStopping() || hands.room <= 0) return true;
    await take({ limit: 1, suspects: true });
    await alone();
    return true;
  };
}

/** Says yes once in so many ms, by a timer: a clock may be set. */
function every(ms: number): () => boolean {
  let may = true;
  return () => {
    if (!may) return false;
    may = false;
    setTimeout(() => {
      may = true;
    }, ms).unref();
    return true;
  };
}
