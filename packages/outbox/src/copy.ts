import type { Queryable } from "./database/database.ts";
import type { Outbox } from "./outbox.ts";

/** Tables in the order in which they refer to each other, with what their rows are ordered by. */
const tables = [
  ["message", "id"],
  ["attachment", "message, n"],
  ["attempt", "message, seq"],
] as const;

const batchRows = 200;

/** How far a copy has come. */
export interface CopyProgress {
  readonly table: string;
  readonly copied: number;
  readonly total: number;
}

/**
 * Copies every message with its attachments, its attempts and its trace into another outbox, PGlite's into Postgres
 * say. Rows that are there already stay as they are, so a copy that was cut short is gone on with. Nobody may work on
 * the source meanwhile.
 * @returns how many messages there are in the source
 */
export async function copyOutbox(
  from: Outbox,
  to: Outbox,
  onProgress: (progress: CopyProgress) => void = () => undefined,
): Promise<number> {
  let messages = 0;
  for (const [table, order] of tables) {
    const [counted] = await from.database.query<{ total: number }>(
      `select count(*)::int as total from relais.${table}`,
    );
    const total = counted?.total ?? 0;
    if (table === "message") messages = total;
    for (let copied = 0; copied < total; ) {
      const rows = await from.database.query<{ row: object }>(
        `select to_jsonb(t) as row from relais.${table} t order by ${order} limit ${batchRows} offset ${copied}`,
      );
      if (rows.length === 0) break;
      await insert(to.database, table, JSON.stringify(rows.map(({ row }) => row)));
      copied += rows.length;
      onProgress({ table, copied, total });
    }
  }
  return messages;
}

async function insert(database: Queryable, table: string, rows: string): Promise<void> {
  await database.query(
    `insert into relais.${table} select * from jsonb_populate_recordset(null::relais.${table}, $1::jsonb)
     on conflict do nothing`,
    [rows],
  );
}
