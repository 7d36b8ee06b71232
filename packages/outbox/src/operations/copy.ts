import type { DatabaseOwner } from "../database/database.ts";
import { copyAttachments, copyRows, copyTable, countMessages, nextIds } from "../store/copy.ts";
import { isWorkerAlive } from "../store/leases.ts";
import { firstId } from "../store/message.ts";
import { foldCounts } from "../store/queries.ts";
import { countAllSql } from "../store/schema.ts";

/** How far a copy is. */
export interface CopyProgress {
  readonly table: string;
  readonly copied: number;
  readonly total: number;
}

/**
 * Copies every message with its attachments, its attempts and its trace, and events and suppressions, into another outbox, PGlite's into Postgres
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
  // First, as workers of the target ask for them.
  for (const table of ["suppression", "event"] as const) await copyTable(database, to.database, table);
  await to.database.query(countAllSql);
  const total = await countMessages(database);
  let copied = 0;
  for (let after = firstId; ; ) {
    const ids = await nextIds(database, after);
    const last = ids.at(-1);
    if (last === undefined) return copied;
    await to.database.transaction(async (tx) => {
      for (const id of await copyRows(database, tx, "message", ids)) await copyAttachments(database, tx, id);
      await copyRows(database, tx, "attempt", ids);
    });
    await foldCounts(to.database);
    copied += ids.length;
    after = last;
    onProgress({ table: "message", copied, total: Math.max(total, copied) });
  }
}
