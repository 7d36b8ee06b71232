import type { Database, Queryable } from "../database/database.ts";
import { type JobQueue, queueName } from "../queue/job-queue.ts";
import { queueSchema } from "../schema/migrations.ts";

/** One process at a time feeds; the others need not. */
const feedLock = 0x52_65_6c_62;

/** Priorities are 2^29 apart, so that turns fit between them: pg-boss orders by one integer. */
const apart = 2 ** 29;

/** pg-boss's priority: higher first. */
export function jobPriority(priority: number, turn: number): number {
  return priority * apart - Math.min(turn, apart - 1);
}

interface Candidate {
  readonly id: string;
  readonly priority: number;
  readonly turn: number;
}

// In the words of pg-boss's own index of live jobs by key, so that it is used.
const live = `select 1 from ${queueSchema}.job j where j.name = '${queueName}' and j.state <= 'active'
  and j.policy = 'exclusive' and coalesce(j.singleton_key, '') = m.id::text`;

/** Messages that are being sent by nobody: the queue knows no live job of theirs. */
export const orphaned: string = `m.state = 'sending' and not exists (${live})`;

/**
 * With the lock, a plan that does not depend on statistics: those of a table that was just filled are none, and the
 * first plan that comes to mind then reads all of it, for every few messages.
 */
const lockSql = `select pg_try_advisory_xact_lock($1) as mine, ${[
  "seqscan",
  "bitmapscan",
  "hashjoin",
  "mergejoin",
]
  .map((method) => `set_config('enable_${method}', 'off', true)`)
  .join(", ")}`;

const candidatesSql = `
  select m.id, m.priority, m.turn::float8 as turn from relais.message m
  where m.state = 'queued' and not exists (${live})
  order by m.priority desc, m.turn limit $1`;

const windowSql = `
  select count(*)::int as size, min(priority) as last from ${queueSchema}.job
  where name = '${queueName}' and state = 'created'`;

/**
 * Gives queued messages jobs, in the order of their turns, as many as `size` at once: the queue stays short however
 * much is waiting. One whose turn comes before the last of those is let in even when it is full.
 * @returns how many jobs were created
 */
export async function feed(database: Database, queue: JobQueue, size: number): Promise<number> {
  return database.transaction(async (tx) => {
    const [lock] = await tx.query<{ mine: boolean }>(lockSql, [feedLock]);
    if (lock?.mine !== true) return 0;
    const candidates = await tx.query<Candidate>(candidatesSql, [size]);
    if (candidates.length === 0) return 0;
    const jobs = admitted(candidates, await windowOf(tx), size);
    await queue.add(jobs, tx);
    return jobs.length;
  });
}

interface Window {
  readonly size: number;
  readonly last: number | null;
}

async function windowOf(tx: Queryable): Promise<Window> {
  const [found] = await tx.query<Window>(windowSql);
  return found ?? { size: 0, last: null };
}

function admitted(candidates: readonly Candidate[], window: Window, size: number) {
  const room = size - window.size;
  return candidates
    .map(({ id, priority, turn }) => ({ id, priority: jobPriority(priority, turn) }))
    .filter(({ priority }, i) => i < room || (window.last !== null && priority > window.last));
}

const promoteSql = `
  update relais.message m set state = 'queued', turn = relais.next_turn(m.priority, m.tenant), updated_at = now()
  where m.id in (select id from relais.message where state = 'deferred' and not_before <= now()
    order by not_before limit 500 for update skip locked) returning m.id`;

/** Queues deferred messages whose time has come. @returns how many */
export async function promote(database: Database): Promise<number> {
  return (await database.query(promoteSql)).length;
}

/** Tells at which turn the service is, so that newcomers stand behind it and before those who have waited less. */
export async function advance(database: Database, served: readonly Omit<Candidate, "id">[]): Promise<void> {
  const latest = new Map<number, number>();
  for (const { priority, turn } of served) latest.set(priority, Math.max(turn, latest.get(priority) ?? 0));
  await database.query(
    `update relais.turn t set turn = i.turn from jsonb_to_recordset($1::jsonb) as i(priority int, turn bigint)
     where t.priority = i.priority and t.turn < i.turn`,
    [JSON.stringify([...latest].map(([priority, turn]) => ({ priority, turn })))],
  );
}
