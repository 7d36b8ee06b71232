import type { Database } from "../database/database.ts";
import { finalStates } from "../store/completions.ts";
import { type MessageFilter, whereSql } from "../store/filter.ts";

export interface PurgeOptions extends MessageFilter {
  /** Which states: of those that are over. @defaultValue `["sent"]` */
  readonly state?: MessageFilter["state"];
  /** Messages in one statement. @defaultValue 1000 */
  readonly batch?: number | undefined;
  /** Told how many have been deleted, after each batch. */
  readonly onProgress?: ((deleted: number) => void) | undefined;
}

/** Deletes messages that are over, of those that are there, in batches, each a statement of its own. @returns how many */
export async function purge(database: Database, options: PurgeOptions): Promise<number> {
  const { batch = 1_000, onProgress, state = ["sent"], ...filter } = options;
  // Beside a worker there are always more of them.
  const [last] = await database.query<{ id: string }>(
    "select id::text from relais.message order by id desc limit 1",
  );
  const values: unknown[] = [batch, last?.id];
  const where = whereSql({ ...filter, state }, values);
  const sql = `delete from relais.message where id in (
    select m.id from relais.message m where m.state in ${finalStates} and m.id <= $2::uuid and ${where}
    order by m.id limit $1 for update skip locked) returning 1`;
  for (let deleted = 0; ; ) {
    const rows = await database.query(sql, values);
    deleted += rows.length;
    onProgress?.(deleted);
    if (rows.length < batch) return deleted;
  }
}
