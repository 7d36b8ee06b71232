import type { Queryable } from "../database/database.ts";
import { finalStates, firstId, type StoredState } from "./message.ts";
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
    `(select ${column} from relais.attempt a where a.message = m.id order by a.kind = 'accepted' desc, a.seq desc limit 1)`;
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

/** The newest message. */
export async function newestId(database: Queryable): Promise<string | undefined> {
  const [newest] = await database.query<{ id: string }>(
    "select id::text from relais.message order by id desc limit 1",
  );
  return newest?.id;
}

/** Deletes messages that are over, up to one. @returns how many */
export async function deleteOver(
  database: Queryable,
  filter: MessageFilter,
  upTo: string | undefined,
  limit: number,
): Promise<number> {
  const values: unknown[] = [limit, upTo, finalStates];
  const sql = `delete from relais.message where id in (
    select m.id from relais.message m where m.state = any($3::text[]) and m.id <= $2::uuid and ${whereSql(filter, values)}
    order by m.id limit $1 for update skip locked) returning 1`;
  return (await database.query(sql, values)).length;
}
