import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../database/database.ts";
import { deleteOver, now } from "../store/changes.ts";
import { finalStates, firstId } from "../store/message.ts";
import { type MessageFilter, whereSql } from "../store/queries.ts";

export interface PurgeOptions extends MessageFilter {
  /** Which states: of those that are over. @defaultValue `["sent"]` */
  readonly state?: MessageFilter["state"];
  /** Messages in one statement. @defaultValue 500 */
  readonly batch?: number | undefined;
  /** Called after each batch with how many have been deleted. */
  readonly onProgress?: ((deleted: number) => void) | undefined;
}

/** While a worker is sending, a pause is so many times as long as the batch before it took. */
const pauseTimes = 4;

/**
 * Deletes messages that were over when it began, in batches, each a statement of its own, with pauses while workers are
 * sending: what is to be sent goes before what is to be thrown away.
 * @param isStopping ends it after the batch that is under way
 * @returns how many
 */
export async function purge(
  database: Database,
  options: PurgeOptions,
  isStopping: () => boolean = () => false,
): Promise<number> {
  const { batch = 500, onProgress, state = ["sent"], ...filter } = options;
  // Throws if one of them is none.
  whereSql({ state }, []);
  const wanted = finalStates.filter((one) => [state].flat().includes(one));
  // Beside a worker there are always more of them.
  const upTo = await now(database);
  let total = 0;
  for (const one of wanted) {
    let after: readonly [string, string] = ["-infinity", firstId];
    for (let more = true; more && !isStopping(); ) {
      const began = performance.now();
      const done = await deleteOver(database, one, filter, [after, upTo, batch]);
      total += done.deleted;
      onProgress?.(total);
      more = done.deleted === batch;
      after = done.after;
      if (more && done.isSending) await sleep((performance.now() - began) * pauseTimes);
    }
  }
  return total;
}
