import type { Queryable } from "../database/database.ts";
import { readAttachment } from "./claims.ts";

const maxMessages = 200;
const pageRows = 1_000;
/** Bytes of one batch; a message that is larger goes alone. */
const maxBytes = 8 * 1024 * 1024;

export async function countMessages(database: Queryable): Promise<number> {
  const [counted] = await database.query<{ total: number }>(
    "select count(*)::int as total from relais.message",
  );
  return counted?.total ?? 0;
}

/** As many as fit into one batch; one at least. */
export async function nextIds(database: Queryable, after: string): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `select id::text from (
      select id, sum(bytes) over (order by id) as together, row_number() over (order by id) as place from (
        select id, coalesce(content_bytes, octet_length(content::text)) + coalesce(
          (select sum(octet_length(a.content)) from relais.attachment a where a.message = m.id), 0) as bytes
        from relais.message m where id > $1::uuid order by id limit ${maxMessages}) m) n
    where together <= ${maxBytes} or place = 1 order by id`,
    [after],
  );
  return rows.map(({ id }) => id);
}

/** @returns the ids of those messages whose rows were not there */
export async function copyRows(
  from: Queryable,
  to: Queryable,
  table: "message" | "attempt",
  ids: readonly string[],
): Promise<readonly string[]> {
  const id = table === "message" ? "id" : "message";
  const rows = await from.query<{ row: string }>(
    `select to_jsonb(t)::text as row from relais.${table} t where ${id} = any($1::uuid[]) order by ${id}`,
    [ids],
  );
  const written = await to.query<{ id: string }>(
    `insert into relais.${table} select * from jsonb_populate_recordset(null::relais.${table}, $1::jsonb)
     on conflict do nothing returning ${id}::text as id`,
    [`[${rows.map(({ row }) => row).join(",")}]`],
  );
  return written.map((row) => row.id);
}

const keys = {
  event: ["provider", "event_id", "recipient"],
  suppression: ["tenant", "address", "stream", "reason"],
} as const;

/** Copies a whole table in pages; rows that are there stay as they are. */
export async function copyTable(from: Queryable, to: Queryable, table: keyof typeof keys): Promise<void> {
  const key = keys[table];
  const parameters = key.map((_, i) => `$${i + 1}`).join(", ");
  for (let after: readonly string[] = key.map(() => ""); ; ) {
    const rows = await from.query<{ row: string; key: string[] }>(
      `select to_jsonb(t)::text as row, array[${key.join(", ")}] as key from relais.${table} t
       where (${key.join(", ")}) > (${parameters}) order by ${key.join(", ")} limit ${pageRows}`,
      after,
    );
    await to.query(
      `insert into relais.${table} select * from jsonb_populate_recordset(null::relais.${table}, $1::jsonb)
       on conflict do nothing`,
      [`[${rows.map(({ row }) => row).join(",")}]`],
    );
    after = rows.at(-1)?.key ?? after;
    if (rows.length < pageRows) return;
  }
}

/** One after the other, as bytes: as text they would be longer than a text may be. */
export async function copyAttachments(from: Queryable, to: Queryable, message: string): Promise<void> {
  const rows = await from.query<{ n: number; bytes: number; names: readonly unknown[] }>(
    `select n, octet_length(content) as bytes, array[filename, content_type, cid, disposition] as names
     from relais.attachment where message = $1 order by n`,
    [message],
  );
  for (const row of rows) {
    await to.query(
      `insert into relais.attachment (message, n, filename, content_type, cid, disposition, content)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      [message, row.n, ...row.names, await readAttachment(from, message, row)],
    );
  }
}
