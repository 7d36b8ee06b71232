import type { Queryable } from "../database/database.ts";
import type { ClaimedMessage } from "./claims.ts";

/**
 * A lease says that a worker is alive: a row of `relais.worker`, renewed every few seconds. Messages name the lease under
 * which they were claimed. One that is not renewed for this long is deleted, and what it still held is recovered.
 */
const leaseSeconds = 10;

/** The time limit of a renewal: it can then be repeated on another connection. */
const timeoutMs = 2_000;

/** @param limitMs as for `query` @returns the lease's id */
export async function acquireLease(
  database: Queryable,
  worker: string,
  limitMs: number | undefined = timeoutMs,
): Promise<string> {
  const sql = "insert into relais.worker (name) values ($1) returning id::text";
  const [row] = await database.query<{ id: string }>(sql, [worker], limitMs);
  return (row as { id: string }).id;
}

/** @returns the ids of those that have been lost */
export async function renewLeases(database: Queryable, ids: readonly string[]): Promise<string[]> {
  const sql =
    "update relais.worker set seen_at = clock_timestamp() where id = any($1::uuid[]) returning id::text";
  const renewed = await database.query<{ id: string }>(sql, [ids], timeoutMs);
  return ids.filter((id) => !renewed.some((row) => row.id === id));
}

/** What they still hold may then be recovered. */
export async function releaseLeases(database: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await database.query("delete from relais.worker where id = any($1::uuid[])", [ids], timeoutMs);
}

/** Whether a worker holds a lease on the outbox. */
export async function isWorkerAlive(database: Queryable): Promise<boolean> {
  const sql = `select 1 from relais.worker where seen_at > now() - interval '${leaseSeconds} seconds' limit 1`;
  return (await database.query(sql)).length > 0;
}

/** Deletes leases that were not renewed in time: their workers learn of it by the next renewal. */
export async function expireLeases(database: Queryable): Promise<void> {
  await database.query(
    `delete from relais.worker where seen_at < now() - interval '${leaseSeconds} seconds'`,
  );
}

/** A message to recover: it is being sent under a lease that is gone. */
export type RecoverableMessage = Pick<
  ClaimedMessage,
  | "id"
  | "claim"
  | "recipients"
  | "accepted"
  | "rejected"
  | "on_unknown"
  | "expires_at"
  | "delivery_trace"
  | "recoveries"
> & {
  /** Null if its worker gave the claim up. */
  readonly worker_id: string | null;
};

/** Locks messages to recover, in the order of their ids, past those that another worker is recovering. */
export function lockRecoverable(
  tx: Queryable,
  after: string,
  limit: number,
): Promise<readonly RecoverableMessage[]> {
  return tx.query<RecoverableMessage>(`${recoverableSql} for update of m skip locked`, [after, limit]);
}

/** The id of the first message to recover after another one. */
export async function nextRecoverable(database: Queryable, after: string): Promise<string | undefined> {
  const [row] = await database.query<RecoverableMessage>(recoverableSql, [after, 1]);
  return row?.id;
}

const recoverableSql = `
  select m.id, m.claim, m.recipients, m.accepted, m.rejected, m.on_unknown, m.expires_at, m.delivery_trace,
    m.recoveries, m.worker_id
  from relais.message m where m.id > $1 and m.state = 'sending'
    and not exists (select 1 from relais.worker w where w.id = m.worker_id) order by m.id limit $2`;
