import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../database/database.ts";
import { type ClaimOptions, claimLimit, claimMessages, hasRecovered } from "../store/claims.ts";
import { advanceTurns } from "../store/scheduling.ts";
import { isPermanentError } from "./batching.ts";
import type { InFlight } from "./in-flight.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { oncePer, type WakeSignal } from "./timing.ts";

const idleMs = 1_000;
/** How long it waits for more room, so that messages are claimed several at once. */
const gatherMs = 4;
const firstPauseMs = 250;
const maxPauseMs = 5_000;
const advanceMs = 200;
/** How often it looks for recovered messages: seldom, and soon again if there were some. */
const recoveredMs = 500;
const moreRecoveredMs = 50;
/** The longest wait until nothing else is in flight. */
const aloneWithinMs = 60_000;

export interface ClaimLoopContext {
  readonly database: Database;
  readonly lease: Pick<LeaseKeeper, "current" | "retire">;
  readonly inFlight: InFlight;
  /** Something may be queued. */
  readonly queued: WakeSignal;
  /** There is room again. */
  readonly freed: WakeSignal;
  readonly concurrency: number;
  readonly worker: string;
  /** Whether the suppression list is asked with the claim. */
  readonly checks: boolean;
  isStopping(): boolean;
  onError(error: unknown): void;
}

/** Claims messages whenever there is room, until the worker stops. Resolves then. */
export async function claimLoop(context: ClaimLoopContext): Promise<void> {
  const { inFlight, queued, freed, concurrency } = context;
  const claim = claimer(context);
  const claimRecovered = recoveredClaimer(context, claim);
  let pauseMs = firstPauseMs;
  while (!context.isStopping()) {
    if (inFlight.room <= 0 || inFlight.bytesLeft <= 0) {
      await freed.wait(idleMs);
      continue;
    }
    if (inFlight.room < concurrency / 4) await sleep(gatherMs);
    const { room } = inFlight;
    if (room <= 0) continue;
    const limit = claimLimit(room);
    try {
      const claimed = await claim({ limit });
      pauseMs = firstPauseMs;
      const moreRecovered = await claimRecovered();
      if (claimed < limit) await queued.wait(moreRecovered ? moreRecoveredMs : idleMs);
    } catch (error) {
      context.onError(error);
      await queued.wait(pauseMs);
      pauseMs = Math.min(pauseMs * 2, maxPauseMs);
    }
  }
}

/** @returns how many were claimed */
type Claim = (options: Pick<ClaimOptions, "limit" | "recovered">) => Promise<number>;

function claimer({ database, lease, inFlight, worker, checks, onError }: ClaimLoopContext): Claim {
  const isAdvanceDue = oncePer(advanceMs);

  return async (options) => {
    const held = lease.current;
    if (held === undefined) return 0;
    const fits = { bytes: inFlight.bytesLeft, allowLarger: inFlight.count === 0 };
    const rows = await claimMessages(database, { ...options, ...fits, checks, worker, lease: held }).catch(
      (error: unknown) => {
        // They may have been claimed all the same: then nothing here holds them, under a lease that is renewed.
        if (!isPermanentError(error)) lease.retire();
        throw error;
      },
    );
    for (const row of rows) inFlight.add(row, held);
    if (rows.length > 0 && isAdvanceDue()) advanceTurns(database, rows).catch(onError);
    return rows.length;
  };
}

/**
 * A recovered message may be what ended its worker: it is sent alone, when nothing else is in flight, so that no other has
 * to be recovered with it once more.
 */
function recoveredClaimer(
  { database, inFlight, freed, isStopping }: ClaimLoopContext,
  claim: Claim,
): () => Promise<boolean> {
  const isDue = oncePer(recoveredMs);
  const isDueAgain = oncePer(moreRecoveredMs);
  let found = false;
  const untilAlone = async (): Promise<void> => {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      freed.notify();
    }, aloneWithinMs);
    while (inFlight.count > 0 && !over && !isStopping()) await freed.wait(idleMs);
    clearTimeout(timer);
  };

  // Whether there may be more of them.
  return async () => {
    if (!isDue() && !(found && isDueAgain())) return found;
    found = await hasRecovered(database);
    if (!found) return false;
    await untilAlone();
    if (isStopping() || inFlight.room <= 0) return true;
    await claim({ limit: 1, recovered: true });
    await untilAlone();
    return true;
  };
}
