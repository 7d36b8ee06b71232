import type { Queryable } from "../database/database.ts";
import { type finalStates, firstId, type StoredState } from "./message.ts";
import { type MessageFilter, whereSql } from "./queries.ts";

/** What an operator does to messages: to those of some states. */
export interface Change {
  readonly states: readonly StoredState[];
  /** The columns that are set, beside `updated_at`; `values` are `$1`, `$2` … */
  readonly set: string;
  readonly values: readonly unknown[];
}

/** Queues messages again, for those of their recipients who do not have them. @param resolution as JSON */
export function resendChange(
  states: readonly StoredState[],
  resolution: string,
  expiresInMs: number,
): Change {
  return {
    states,
    values: [resolution, expiresInMs],
    set: `state = 'queued', turn = relais.next_turn(m.priority, m.tenant), rejected = '[]', provider = null,
      provider_message_id = null, ended_at = null, not_before = now(), deferrals = 0, recoveries = 0,
      expires_at = now() + $2::float8 * interval '1 millisecond',
      delivery_trace = m.delivery_trace || jsonb_build_object('status', 'queued', 'resolution', $1::jsonb)`,
  };
}

/** Settles `unknown` messages: they did arrive. @param resolution as JSON */
export function sentChange(resolution: string): Change {
  const provider = `coalesce((select provider from relais.attempt a where a.message = m.id order by a.seq desc limit 1),
    'operator')`;
  return {
    states: ["unknown"],
    values: [resolution],
    set: `state = 'sent', provider = ${provider}, accepted = coalesce(m.recipients, m.accepted), ended_at = now(),
      delivery_trace = m.delivery_trace
        || jsonb_build_object('status', 'sent', 'resolution', $1::jsonb, 'provider', ${provider})`,
  };
}

/** Settles `unknown` messages: they did not arrive, and are not sent. @param resolution as JSON */
export function failedChange(resolution: string): Change {
  return {
    states: ["unknown"],
    values: [resolution],
    set: givenUp(
      "failed",
      "an operator says that it did not arrive",
      "jsonb_build_object('resolution', $1::jsonb)",
    ),
  };
}

/** Cancels messages that are not being sent. */
export const cancelChange: Change = {
  states: ["queued", "deferred"],
  values: [],
  set: givenUp("cancelled", "cancelled before it was sent to this recipient", "'{}'"),
};

/**
 * Ends messages without sending them. Some of the recipients may have the message already, as it was sent again to
 * the others: then it is `partial`, and says who does not have it.
 * @param more SQL of what the trace says besides
 */
function givenUp(state: "failed" | "cancelled", reason: string, more: string): string {
  const nobody = "m.accepted = '{}'";
  const last = (column: string): string =>
    `(select ${column} from relais.attempt a where a.message = m.id order by (a.kind is not distinct from 'accepted') desc, a.seq desc limit 1)`;
  const provider = `case when not ${nobody} then coalesce(${last("provider")}, 'operator') end`;
  const messageId = `case when not ${nobody} then ${last("provider_message_id")} end`;
  const end = `case when ${nobody} then '${state}' else 'partial' end`;
  return `state = ${end}, provider = ${provider}, provider_message_id = ${messageId}, ended_at = now(),
      rejected = case when ${nobody} then m.rejected else m.rejected || coalesce(
        (select jsonb_agg(jsonb_build_object('address', r, 'kind', '${state}', 'reason', '${reason}'))
         from unnest(m.recipients) r where r <> all(m.accepted)
           and not exists (select 1 from jsonb_array_elements(m.rejected) o where o->>'address' = r)), '[]') end,
      delivery_trace = m.delivery_trace || ${more} || jsonb_strip_nulls(
        jsonb_build_object('status', ${end}, 'provider', ${provider}, 'messageId', ${messageId}))`;
}

/** Makes a change to those of the messages that match, still. @returns their ids */
export async function applyChange(
  database: Queryable,
  change: Change,
  filter: MessageFilter,
  ids: readonly string[],
): Promise<readonly string[]> {
  const values: unknown[] = [...change.values, change.states, ids];
  const [states, chosen] = [`$${values.length - 1}::text[]`, `$${values.length}::uuid[]`];
  const rows = await database.query<{ id: string }>(
    `with changed as (update relais.message m set ${change.set}, updated_at = now()
       where m.id in (select m.id from relais.message m where m.id = any(${chosen}) and m.state = any(${states})
         and ${whereSql(filter, values)} order by m.id for update)
       returning m.id)
     select id::text from changed order by id`,
    values,
  );
  return rows.map(({ id }) => id);
}

const idsPerPage = 20_000;

/** The ids of messages of some states that match, in their order. */
export async function idsOf(
  database: Queryable,
  filter: MessageFilter,
  states: readonly StoredState[],
  limit: number = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const values: unknown[] = [states];
  const where = whereSql(filter, values);
  const [after, most] = [`$${values.length + 1}::uuid`, `$${values.length + 2}::int`];
  const sql = `select m.id::text from relais.message m where m.state = any($1::text[]) and ${where} and m.id > ${after}
    order by m.id limit ${most}`;
  const ids: string[] = [];
  while (ids.length < limit) {
    const wanted = Math.min(idsPerPage, limit - ids.length);
    const rows = await database.query<{ id: string }>(sql, [...values, ids.at(-1) ?? firstId, wanted]);
    for (const { id } of rows) ids.push(id);
    if (rows.length < wanted) break;
  }
  return ids;
}

/** How far a purge is among the messages of one state. */
export interface PurgeCursor {
  /** When and which was deleted last; none before the first. */
  readonly after: readonly [at: string, id: string];
  readonly deleted: number;
  /** Whether a worker is sending meanwhile. */
  readonly isSending: boolean;
}

export async function now(database: Queryable): Promise<string> {
  const [row] = await database.query<{ at: string }>("select to_jsonb(now())->>0 as at");
  return (row as { at: string }).at;
}

/** Deletes messages of a state that is final, in the order in which they changed last. @param upTo a time */
export async function deleteOver(
  database: Queryable,
  state: (typeof finalStates)[number],
  filter: Omit<MessageFilter, "state">,
  [[at, id], upTo, limit]: readonly [after: PurgeCursor["after"], upTo: string, limit: number],
): Promise<PurgeCursor> {
  const values: unknown[] = [at, id, upTo, limit];
  // The state stands in the text: the index is one of this state alone.
  const sql = `with over as materialized (
      select m.id, m.updated_at from relais.message m where m.state = '${state}'
        and (m.updated_at, m.id) > ($1::timestamptz, $2::uuid) and m.updated_at <= $3::timestamptz and ${whereSql(filter, values)}
      order by m.updated_at, m.id limit $4 for update skip locked),
    gone as (delete from relais.message m using over where m.id = over.id returning 1)
    select (select count(*)::int from gone) as deleted, exists (select from relais.message where state = 'sending') as "isSending",
      (select array[to_jsonb(updated_at)->>0, id::text] from over order by updated_at desc, id desc limit 1) as after`;
  const [row] = await database.query<PurgeCursor>(sql, values);
  return row as PurgeCursor;
}
