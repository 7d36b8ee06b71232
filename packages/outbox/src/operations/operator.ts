import type { Database } from "../database/database.ts";
import { retryConflict } from "../database/retry-conflict.ts";
import {
  applyChange,
  type Change,
  cancelChange,
  failedChange,
  idsOf,
  resendChange,
  sentChange,
} from "../store/changes.ts";
import type { StoredState } from "../store/message.ts";
import type { MessageFilter } from "../store/queries.ts";
import { wakeWorkers } from "../store/scheduling.ts";
import { toPgText } from "../store/trace.ts";

interface Progress {
  /** Called after each batch with how many are done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Who changes messages by hand, and why: it stands in their traces. */
export interface Operator extends Progress {
  /** A name, 1 to 100 characters. */
  readonly by: string;
  readonly reason?: string | undefined;
}

/** States from which a message may be sent again by hand. */
export const resendable: readonly StoredState[] = ["unknown", "failed", "partial", "expired", "cancelled"];

export interface ResendOptions extends Operator {
  /** Only count. @defaultValue false */
  readonly dryRun?: boolean | undefined;
  /** How long they may then take, ms. @defaultValue 3 days */
  readonly expiresInMs?: number | undefined;
  /** At most so many. @defaultValue all */
  readonly limit?: number | undefined;
}

/**
 * Queues messages again, for those of their recipients who do not have them. Of `unknown` ones a second copy may
 * arrive: that is what the operator decides.
 * @returns their ids
 */
export async function resend(
  database: Database,
  filter: MessageFilter,
  options: ResendOptions,
): Promise<string[]> {
  const { dryRun = false, expiresInMs = 3 * 86_400_000, limit, onProgress } = options;
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    throw new TypeError("limit must be a whole number of at least 1");
  }
  const change = resendChange(resendable, resolution(options, "resend"), expiresInMs);
  if (dryRun) return idsOf(database, filter, resendable, limit);
  const ids = await changeEach(database, change, { filter, limit, onProgress });
  if (ids.length > 0) await wakeWorkers(database);
  return ids;
}

export interface ResolveOptions extends Operator {
  /** `sent`: it did arrive; `failed`: it did not, and shall not be sent. */
  readonly as: "sent" | "failed";
}

/** Settles `unknown` messages by hand. @returns their ids */
export async function resolve(
  database: Database,
  filter: MessageFilter,
  options: ResolveOptions,
): Promise<string[]> {
  const { as, onProgress } = options;
  if (as !== "sent" && as !== "failed") throw new TypeError('as must be "sent" or "failed"');
  const change = as === "sent" ? sentChange : failedChange;
  return changeEach(database, change(resolution(options, as)), { filter, onProgress });
}

export interface CancelOptions extends Progress {}

/** Cancels messages that are not being sent. @returns the ids of those that were not too late */
export function cancel(
  database: Database,
  filter: MessageFilter,
  { onProgress }: CancelOptions = {},
): Promise<string[]> {
  return changeEach(database, cancelChange, { filter, onProgress });
}

function resolution({ by, reason }: Operator, as: string): string {
  if (typeof by !== "string" || by.trim() === "" || by.length > 100) {
    throw new TypeError("by must say who does this, in 1 to 100 characters");
  }
  const note = reason === undefined ? {} : { note: toPgText(reason.slice(0, 500)) };
  return JSON.stringify({ by: `operator:${toPgText(by)}`, as, at: new Date().toISOString(), ...note });
}

interface Selection extends Progress {
  readonly filter: MessageFilter;
  /** At most so many. */
  readonly limit?: number | undefined;
}

const batchSize = 500;

/**
 * Changes each message that matches, once, beside workers that change them too: those that match when it begins, if
 * they still do when they are changed, in batches. What matches again because of the change is not changed again.
 * @returns the ids
 */
async function changeEach(
  database: Database,
  change: Change,
  { filter, limit, onProgress }: Selection,
): Promise<string[]> {
  const ids = await idsOf(database, filter, change.states, limit);
  const changed: string[] = [];
  for (let i = 0; i < ids.length; i += batchSize) {
    const batch = ids.slice(i, i + batchSize);
    changed.push(...(await retryConflict(() => applyChange(database, change, filter, batch))));
    onProgress?.(changed.length);
  }
  return changed;
}
