import type { DatabaseOwner, Queryable } from "../database/database.ts";
import { readAttachment } from "../store/claims.ts";
import { isWorkerAlive } from "../store/leases.ts";
import { firstId } from "../store/message.ts";

const maxMessages = 200;
/** Bytes of one batch; a message that is larger goes alone. */
const maxBytes = 8 * 1024 * 1024;

/** How far a copy is. */
export interface CopyProgress {
  readonly table: string;
  readonly copied: number;
  readonly total: number;
}

/**
 * Copies every message with its attachments, its attempts and its trace into another outbox, PGlite's into Postgres
 * say: each message with all of this in one transaction, so that workers may run on the target already. Messages that
 * are there stay as they are, so an interrupted copy can be resumed.
 * @returns how many messages there were in the source
 * @throws {Error} a worker runs on the source: what it sends meanwhile would be sent once more
 */
export async function copyOutbox(
  from: DatabaseOwner,
  to: DatabaseOwner,
  onProgress: (progress: CopyProgress) => void = () => undefined,
): Promise<number> {
  const { database } = from;
  if (await isWorkerAlive(database)) {
    throw new Error("A worker is at work on the outbox that is to be copied: stop it first.");
  }
  const [counted] = await database.query<{ total: number }>(
    "select count(*)::int as total from relais.message",
  );
  const total = counted?.total ?? 0;
  let copied = 0;
  for (let after = firstId; ; ) {
    const ids = await nextIds(database, after);
    const last = ids.at(-1);
    if (last === undefined) return copied;
    await to.database.transaction(async (tx) => {
      for (const id of await copyRows(database, tx, "message", ids)) await copyAttachments(database, tx, id);
      await copyRows(database, tx, "attempt", ids);
    });
    copied += ids.length;
    after = last;
    onProgress({ table: "message", copied, total: Math.max(total, copied) });
  }
}

/** As many as fit into one batch; one at least. */
async function nextIds(database: Queryable, after: string): Promise<string[]> {
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
async function copyRows(
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

/** One after the other, as bytes: as text they would be longer than a text may be. */
async function copyAttachments(from: Queryable, to: Queryable, message: string): Promise<void> {
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
