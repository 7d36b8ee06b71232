import type { Database } from "../database/database.ts";
import { deleteOver, newestId } from "../store/changes.ts";
import type { MessageFilter } from "../store/queries.ts";

export interface PurgeOptions extends MessageFilter {
  /** Which states: of those that are over. @defaultValue `["sent"]` */
  readonly state?: MessageFilter["state"];
  /** Messages in one statement. @defaultValue 1000 */
  readonly batch?: number | undefined;
  /** Called after each batch with how many have been deleted. */
  readonly onProgress?: ((deleted: number) => void) | undefined;
}

/** Deletes messages that are over, of those that are there, in batches, each a statement of its own. @returns how many */
export async function purge(database: Database, options: PurgeOptions): Promise<number> {
  const { batch = 1_000, onProgress, state = ["sent"], ...filter } = options;
  // Beside a worker there are always more of them.
  const upTo = await newestId(database);
  for (let total = 0; ; ) {
    const deleted = await deleteOver(database, { ...filter, state }, upTo, batch);
    total += deleted;
    onProgress?.(total);
    if (deleted < batch) return total;
  }
}
