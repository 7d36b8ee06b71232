import type { Queryable } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";

/** The channel on which workers hear that something is queued. */
export const channel = "relais_outbox";

/** Tells workers that something is queued; inserts do so by a trigger. */
export async function wakeWorkers(database: Queryable): Promise<void> {
  await database.query(`select pg_notify('${channel}', '')`);
}

const batchSize = 500;

const queueDueSql = `
  update relais.message m set state = 'queued', turn = relais.next_turn(m.priority, m.tenant), updated_at = now()
  where m.id in (select id from relais.message where state = 'deferred' and not_before <= now()
    order by not_before limit ${batchSize} for update skip locked) returning m.id`;

/** Queues deferred messages that are due. @returns how many */
export async function queueDue(database: Queryable): Promise<number> {
  for (let total = 0; ; ) {
    const { length } = await database.query(queueDueSql);
    total += length;
    if (length < batchSize) return total;
  }
}

/** The place of a message in the order of service. */
export interface Turn {
  readonly priority: number;
  readonly turn: number;
}

const advanceSql = prepared(
  `update relais.turn t set turn = i.turn from jsonb_to_recordset($1::jsonb) as i(priority int, turn bigint)
   where t.priority = i.priority and t.turn < i.turn`,
);

/** Writes which turns have been served: new messages come after them, and before those of tenants with many waiting. */
export async function advanceTurns(database: Queryable, served: readonly Turn[]): Promise<void> {
  const latest = new Map<number, number>();
  for (const { priority, turn } of served) latest.set(priority, Math.max(turn, latest.get(priority) ?? 0));
  const turns = [...latest].map(([priority, turn]) => ({ priority, turn }));
  await database.query(advanceSql, [JSON.stringify(turns)]);
}
