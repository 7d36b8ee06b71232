import type { Queryable } from "../database/database.ts";
import { type State, states } from "./states.ts";

/** How full the outbox is. */
export interface OutboxStats {
  readonly byState: Readonly<Record<State, number>>;
  /** How long the oldest message that is due has waited, ms; 0 if none waits. */
  readonly oldestQueuedMs: number;
  /** How many of those that wait have been deferred at least once, by a failure or by a provider that rests. */
  readonly rescheduled: number;
}

/** Of those that are over only the index is read, wherever rows have been vacuumed: most of a table, and wide ones. */
const over = (states: string): string => `
  select state, count(*)::int as count, 0 as rescheduled, 0::float8 as waited from relais.message
    where state ${states} group by state`;
const underWay = (state: string): string => `
  select state, count(*)::int as count,
    (count(*) filter (where state in ('queued', 'deferred')
      and (deferrals > 0 or delivery_trace->>'status' = 'deferred')))::int as rescheduled,
    coalesce(extract(epoch from now() - min(greatest(created_at, not_before))
      filter (where state = 'queued')), 0)::float8 * 1000 as waited
  from relais.message where state = '${state}' group by state`;

const statsSql = [
  over("= 'sent'"),
  over("in ('partial', 'unknown', 'failed', 'expired', 'cancelled')"),
  ...["queued", "deferred", "sending"].map(underWay),
].join(" union all ");

interface Counted {
  readonly state: State;
  readonly count: number;
  readonly rescheduled: number;
  readonly waited: number;
}

/** Counted now: where the planner takes the indexes, 35 ms for 300,000 messages that were sent (220 ms by the table). */
export async function stats(database: Queryable): Promise<OutboxStats> {
  const rows = await database.query<Counted>(statsSql);
  const count = new Map(rows.map((row) => [row.state, row.count]));
  return {
    byState: Object.fromEntries(states.map((state) => [state, count.get(state) ?? 0])) as Record<
      State,
      number
    >,
    oldestQueuedMs: Math.max(0, ...rows.map(({ waited }) => waited)),
    rescheduled: rows.reduce((sum, { rescheduled }) => sum + rescheduled, 0),
  };
}
