import type { Queryable } from "../database/database.ts";
import { isScheduledSql, type State, states, type UnknownPolicy } from "./message.ts";
import { type IdParts, idPartsSql, messageIdOf } from "./message-id.ts";
import { settled } from "./schema.ts";
import type { DeliveryTrace } from "./trace.ts";

/** Which messages: those that match all that is given. */
export interface MessageFilter {
  readonly ids?: readonly string[] | undefined;
  readonly state?: State | readonly State[] | undefined;
  readonly tenant?: string | undefined;
  /** A recipient's address. */
  readonly recipient?: string | undefined;
  readonly provider?: string | undefined;
  /** Created at or after, and before. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Ended (or changed last) at least this long ago, ms. */
  readonly olderThanMs?: number | undefined;
}

export interface ListOptions extends MessageFilter {
  /** 1 to 1000. @defaultValue 50 */
  readonly limit?: number | undefined;
  /** The last id of the page before. */
  readonly after?: string | undefined;
}

/** A message of the outbox, as operators and applications see it: all but its content. */
export interface OutboxMessage {
  readonly id: string;
  readonly tenant: string;
  readonly idempotencyKey?: string;
  readonly state: State;
  readonly recipients: readonly string[];
  readonly subject: string;
  /** The Message-ID in its header, by which a mail server's log finds it. SES and some APIs replace it by their own. */
  readonly messageId?: string;
  readonly priority: number;
  readonly accepted: readonly string[];
  readonly rejected: readonly { readonly address: string; readonly kind: string; readonly reason: string }[];
  /** The provider that really delivered, and its own id of the message. */
  readonly provider?: string;
  readonly providerMessageId?: string;
  /** Calls of a provider. One that was skipped is not among them, though it is in the trace. */
  readonly attempts: number;
  readonly lastError?: string;
  readonly onUnknown: UnknownPolicy;
  readonly notBefore: Date;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly endedAt?: Date;
  readonly worker?: string;
  readonly deliveryTrace: DeliveryTrace;
}

/** The state of a message `m`, as operators see it. */
const stateSql = `(case when ${isScheduledSql} then 'scheduled' else m.state end)`;

/** Messages, the newest first. @throws {TypeError} one sentence that names the field */
export async function list(
  database: Queryable,
  options: ListOptions,
  defaultFrom?: string,
): Promise<OutboxMessage[]> {
  const { limit = 50, after, ...filter } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new TypeError("limit must be a whole number from 1 to 1000");
  }
  const values: unknown[] = [];
  let where = whereSql(filter, values);
  if (after !== undefined) {
    values.push(checkId(after));
    where += ` and m.id < $${values.length}::uuid`;
  }
  const rows = await database.query(
    `select id::text, tenant, idempotency_key as "idempotencyKey", ${stateSql} as state, coalesce(recipients, '{}') as recipients,
       coalesce(content->>'subject', '') as subject, priority::int, accepted, rejected, provider,
       provider_message_id as "providerMessageId", attempts, last_error as "lastError", on_unknown as "onUnknown",
       not_before as "notBefore", expires_at as "expiresAt", created_at as "createdAt", updated_at as "updatedAt",
       ended_at as "endedAt", worker, delivery_trace as "deliveryTrace", ${idPartsSql} as "idParts"
     from relais.message m where ${where} order by m.id desc limit ${limit}`,
    values,
  );
  return rows.map(({ idParts, ...row }) => {
    const messageId = messageIdOf(String(row.id), idParts as IdParts, defaultFrom) ?? null;
    const present = Object.entries({ ...row, messageId }).filter(([, value]) => value !== null);
    return Object.freeze(Object.fromEntries(present)) as unknown as OutboxMessage;
  });
}

export async function get(
  database: Queryable,
  id: string,
  defaultFrom?: string,
): Promise<OutboxMessage | undefined> {
  return (await list(database, { ids: [checkId(id)] }, defaultFrom))[0];
}

/** How many messages match, by their states. */
export async function countByState(
  database: Queryable,
  filter: MessageFilter,
): Promise<Partial<Record<State, number>>> {
  const values: unknown[] = [];
  const rows = await database.query<{ state: State; count: number }>(
    `select ${stateSql} as state, count(*)::int as count from relais.message m where ${whereSql(filter, values)} group by 1`,
    values,
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function checkId(id: unknown): string {
  if (typeof id !== "string" || !uuid.test(id)) throw new TypeError("id must be a UUID, as enqueue gave it");
  return id;
}

function checkText(field: string, value: unknown): string {
  if (typeof value !== "string" || value.includes("\0"))
    throw new TypeError(`${field} must be a text without NUL`);
  return value;
}

/** In UTC: how the driver writes a date depends on how the application has set it. */
function checkDate(field: string, value: unknown): string {
  if (!(value instanceof Date) || Number.isNaN(value.getTime()))
    throw new TypeError(`${field} must be a date`);
  return value.toISOString();
}

/**
 * Whether a message `m` is to a recipient. Their ids are a list, so that the planner looks these few up, and does not walk
 * through all messages in the order of their ids until it has found as many as are wanted. Each part is one index's.
 */
function isToSql(address: string): string {
  const among = (which: string): string => `select r.id from relais.message r where ${which}`;
  const isOne = `relais.lower_all(r.recipients) @> array[lower(${address})]`;
  const parts = [
    ...["queued", "deferred", "sending"].map((state) => among(`r.state = '${state}' and ${isOne}`)),
    among(`r.state in ${settled} and cardinality(r.recipients) > 1 and ${isOne}`),
    among(`r.state in ${settled} and cardinality(r.recipients) = 1
      and hashtext(lower(r.recipients[1])) = hashtext(lower(${address})) and lower(r.recipients[1]) = lower(${address})`),
  ];
  return `m.id = any(array(${parts.join(" union all ")}))`;
}

/** A filter as SQL over `relais.message m`, its values appended to `values`. @throws {TypeError} one sentence */
export function whereSql(filter: MessageFilter, values: unknown[]): string {
  const parts: string[] = ["true"];
  const add = (sql: (parameter: string) => string, value: unknown): void => {
    values.push(value);
    parts.push(sql(`$${values.length}`));
  };
  const { ids, state, tenant, recipient, provider, from, to, olderThanMs } = filter;
  if (ids !== undefined) add((p) => `m.id = any(${p}::uuid[])`, ids.map(checkId));
  if (state !== undefined) {
    const wanted: readonly State[] = typeof state === "string" ? [state] : state;
    const wrong = wanted.find((one) => !states.includes(one));
    if (wrong !== undefined) {
      throw new TypeError(`state must be one of ${states.join(", ")}, not ${JSON.stringify(wrong)}`);
    }
    const [scheduled, deferred] = [wanted.includes("scheduled"), wanted.includes("deferred")];
    // By the column, for its indexes: it does not tell these two apart.
    add((p) => `m.state = any(${p}::text[])`, scheduled ? [...wanted, "deferred"] : wanted);
    if (scheduled !== deferred)
      parts.push(`(m.state <> 'deferred' or ${scheduled ? "" : "not "}${isScheduledSql})`);
  }
  if (tenant !== undefined) add((p) => `m.tenant = ${p}`, checkText("tenant", tenant));
  if (recipient !== undefined) add(isToSql, checkText("recipient", recipient));
  if (provider !== undefined) add((p) => `m.provider = ${p}`, checkText("provider", provider));
  if (from !== undefined) add((p) => `m.created_at >= ${p}::timestamptz`, checkDate("from", from));
  if (to !== undefined) add((p) => `m.created_at < ${p}::timestamptz`, checkDate("to", to));
  if (olderThanMs !== undefined) {
    add((p) => `m.updated_at < now() - ${p}::float8 * interval '1 millisecond'`, olderThanMs);
  }
  return parts.join(" and ");
}

/** Folds what was counted, if there is much of it. */
export async function foldCounts(database: Queryable): Promise<void> {
  await database.query("select relais.fold_counts()");
}

/** How full the outbox is. */
export interface OutboxStats {
  readonly byState: Readonly<Record<State, number>>;
  /** How long the oldest message that is due has waited, ms; 0 if none waits. */
  readonly oldestQueuedMs: number;
  /** How many of those that wait have been deferred at least once, by a failure or by a provider that is paused. */
  readonly rescheduled: number;
}

const countWaiting = (state: string): string => `
  select state, count(*)::int as count,
    (count(*) filter (where state in ('queued', 'deferred')
      and (deferrals > 0 or delivery_trace->>'status' = 'deferred')))::int as rescheduled,
    coalesce(extract(epoch from now() - min(greatest(created_at, not_before))
      filter (where state = 'queued')), 0)::float8 * 1000 as waited
  from relais.message where state = '${state}' group by state`;

const statsSql = [
  "select state, n::int as count, 0 as rescheduled, 0::float8 as waited from relais.settled_counts()",
  ...["queued", "deferred", "sending"].map(countWaiting),
].join(" union all ");

interface StateCount {
  readonly state: State;
  readonly count: number;
  readonly rescheduled: number;
  readonly waited: number;
}

/** Messages that are over are not looked at: they are counted as they change. */
export async function stats(database: Queryable): Promise<OutboxStats> {
  const rows = await database.query<StateCount>(statsSql);
  const count = new Map(rows.map((row) => [row.state, row.count]));
  const deferred = rows.find(({ state }) => state === "deferred");
  if (deferred !== undefined) {
    count.set("deferred", deferred.rescheduled).set("scheduled", deferred.count - deferred.rescheduled);
  }
  const byState = Object.fromEntries(states.map((state) => [state, count.get(state) ?? 0]));
  return {
    byState: byState as Record<State, number>,
    oldestQueuedMs: Math.max(0, ...rows.map(({ waited }) => waited)),
    rescheduled: rows.reduce((sum, { rescheduled }) => sum + rescheduled, 0),
  };
}
