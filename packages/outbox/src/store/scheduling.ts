import type { Queryable } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";

const atOnce = 500;

const promoteSql = `
  update relais.message m set state = 'queued', turn = relais.next_turn(m.priority, m.tenant), updated_at = now()
  where m.id in (select id from relais.message where state = 'deferred' and not_before <= now()
    order by not_before limit ${atOnce} for update skip locked) returning m.id`;

/** Queues deferred messages whose time has come. @returns how many */
export async function promote(database: Queryable): Promise<number> {
  for (let all = 0; ; ) {
    const { length } = await database.query(promoteSql);
    all += length;
    if (length < atOnce) return all;
  }
}

/** Where a message stood in the order of service. */
export interface Served {
  readonly priority: number;
  readonly turn: number;
}

const advanceSql = prepared(
  `update relais.turn t set turn = i.turn from jsonb_to_recordset($1::jsonb) as i(priority int, turn bigint)
   where t.priority = i.priority and t.turn < i.turn`,
);

/** Tells at which turn the service is, so that newcomers stand behind it and before those who have waited less. */
export async function advance(database: Queryable, served: readonly Served[]): Promise<void> {
  const latest = new Map<number, number>();
  for (const { priority, turn } of served) latest.set(priority, Math.max(turn, latest.get(priority) ?? 0));
  await database.query(advanceSql, [
    JSON.stringify([...latest].map(([priority, turn]) => ({ priority, turn }))),
  ]);
}
