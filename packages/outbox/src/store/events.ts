import type { FeedbackEvent } from "@relais/core";
import type { Queryable } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";

/** An event as it is written. */
export interface EventRow {
  readonly provider: string;
  readonly event_id: string;
  /** In lower case. */
  readonly recipient: string;
  readonly type: FeedbackEvent["type"];
  readonly bounce: FeedbackEvent["bounce"] | null;
  readonly severity: number;
  readonly source: string;
  /** The message's own id as the event carries it, and as a UUID, if it is one. */
  readonly own: string | null;
  readonly own_id: string | null;
  readonly provider_message_id: string | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly stream: string | null;
  readonly tenant: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** An event that was written, and what is known of its message. */
export interface WrittenEvent
  extends Pick<EventRow, "provider" | "event_id" | "recipient" | "type" | "bounce" | "source"> {
  readonly state: "early" | "pending" | "done";
  readonly message: string | null;
  /** Those of the message, or of the event itself. */
  readonly tenant: string;
  readonly stream: string;
  readonly at: Date;
}

/** Of an event `e` with its message `m`: whether it may settle something, now or when the message is not being sent any more. */
const stateSql = `case when m.state = 'sending' or exists (
    select 1 from relais.attempt a where a.message = m.id and a.kind = 'unknown') then 'pending' else 'done' end`;

/** The attempt that a provider gave this id. Some tell a Message-ID without its brackets. */
const byProviderId = (e: string): string => `(select a.message from relais.attempt a
  where a.provider_message_id in (${e}.provider_message_id, '<' || ${e}.provider_message_id || '>',
    btrim(${e}.provider_message_id, '<>')) and a.provider = ${e}.provider order by a.started_at desc limit 1)`;

const returned =
  "provider, event_id, recipient, type, bounce, source, state, message::text, tenant, stream, at";

/**
 * The stream is that of the message: vendors have names of their own for theirs.
 * Of those without a message only some are kept: it may become known by the provider's id, or they are of an address
 * rather than of a message, as their tenant says.
 */
const insertSql = prepared(`with
  given as materialized (
    select i.*, coalesce((select m.id from relais.message m where m.id = i.own_id),
      (select m.id from relais.message m where m.tenant = coalesce(i.tenant, 'default') and m.idempotency_key = i.own),
      ${byProviderId("i")}) as message
    from jsonb_to_recordset($1::jsonb) as i(provider text, event_id text, recipient text, type text, bounce text,
      severity smallint, source text, own text, own_id uuid, provider_message_id text, code text, reason text,
      stream text, tenant text, at timestamptz))
  insert into relais.event (provider, event_id, recipient, type, bounce, severity, source, state, message,
    provider_message_id, code, reason, tenant, stream, at)
  select g.provider, g.event_id, g.recipient, g.type, g.bounce, g.severity, g.source,
    case when m.id is not null then ${stateSql} when g.type = 'unsubscribed' and g.tenant is not null then 'done'
      else 'early' end,
    m.id, g.provider_message_id, g.code, g.reason, coalesce(m.tenant, g.tenant),
    coalesce(m.content->>'stream', g.stream, ''), g.at
  from given g left join relais.message m on m.id = g.message
  where m.id is not null or g.provider_message_id is not null or (g.type = 'unsubscribed' and g.tenant is not null)
  order by g.provider, g.event_id, g.recipient
  on conflict do nothing returning ${returned}`);

/** Writes events that are not there yet. @returns those; of others it is not known whether they were there */
export function insertEvents(tx: Queryable, rows: readonly EventRow[]): Promise<readonly WrittenEvent[]> {
  return tx.query<WrittenEvent>(insertSql, [JSON.stringify(rows)]);
}

/** Which of these are there. */
export async function knownEvents(
  tx: Queryable,
  rows: readonly EventRow[],
): Promise<readonly Pick<EventRow, "provider" | "event_id" | "recipient">[]> {
  if (rows.length === 0) return [];
  return tx.query(
    `select e.provider, e.event_id, e.recipient from relais.event e
     join jsonb_to_recordset($1::jsonb) as i(provider text, event_id text, recipient text)
       using (provider, event_id, recipient)`,
    [JSON.stringify(rows)],
  );
}

/**
 * Looks once more for the messages of early events: often at first, then seldom.
 * @returns those whose message is known now
 */
export function matchEarly(tx: Queryable, limit: number): Promise<readonly WrittenEvent[]> {
  return tx.query<WrittenEvent>(
    `with due as materialized (select e.*, ${byProviderId("e")} as found from relais.event e
       where e.state = 'early' and e.check_at <= clock_timestamp()
       order by e.check_at limit $1 for update skip locked),
     waiting as (update relais.event e set check_at = clock_timestamp() + (clock_timestamp() - e.received_at)
       from due d where d.found is null
         and (e.provider, e.event_id, e.recipient) = (d.provider, d.event_id, d.recipient))
     update relais.event e set message = m.id, tenant = m.tenant, check_at = clock_timestamp(),
       stream = coalesce(m.content->>'stream', e.stream, ''), state = ${stateSql}
     from due d join relais.message m on m.id = d.found
     where (e.provider, e.event_id, e.recipient) = (d.provider, d.event_id, d.recipient)
     returning ${returned.replaceAll(/(\w+)(::text)?/g, "e.$1$2")}`,
    [limit],
  );
}

/** Messages that events may settle, and that are not being sent. */
export async function pendingMessages(database: Queryable, limit: number): Promise<readonly string[]> {
  const rows = await database.query<{ id: string }>(
    `select distinct m.id::text as id from relais.event e join relais.message m on m.id = e.message
     where e.state = 'pending' and e.check_at <= clock_timestamp() and m.state <> 'sending' limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** They have settled what they could. Those of messages that are gone have nothing to settle. */
export async function endPending(tx: Queryable, messages: readonly string[]): Promise<void> {
  await tx.query(
    "update relais.event set state = 'done' where message = any($1::uuid[]) and state = 'pending'",
    [messages],
  );
}

export async function endOrphans(database: Queryable): Promise<void> {
  await database.query(
    `update relais.event e set state = 'done' where state = 'pending'
     and not exists (select 1 from relais.message m where m.id = e.message)`,
  );
}

/** Deletes early events that nobody claimed, and old ones. @returns how many early ones */
export async function purgeEvents(
  database: Queryable,
  { earlyForMs, keepForMs }: { readonly earlyForMs: number; readonly keepForMs: number },
): Promise<number> {
  const before = (p: string): string => `received_at < now() - ${p}::float8 * interval '1 millisecond'`;
  const early = await database.query(
    `delete from relais.event where state = 'early' and ${before("$1")} returning 1`,
    [earlyForMs],
  );
  if (Number.isFinite(keepForMs))
    await database.query(`delete from relais.event where state = 'done' and ${before("$1")}`, [keepForMs]);
  return early.length;
}

/** An event, as it is stored. */
export interface StoredEvent {
  readonly type: FeedbackEvent["type"];
  readonly bounce?: NonNullable<FeedbackEvent["bounce"]>;
  /** In lower case. */
  readonly recipient: string;
  readonly provider: string;
  readonly source: string;
  readonly eventId: string;
  readonly message?: string;
  readonly providerMessageId?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly stream?: string;
  readonly tenant?: string;
  readonly severity: number;
  /** When it happened, as the provider says, and when it came here. */
  readonly at: Date;
  readonly receivedAt: Date;
}

/** Events of messages, or of an address, in the order in which they happened. */
export async function readEvents(
  database: Queryable,
  by:
    | { readonly messages: readonly string[] }
    | { readonly recipient: string; readonly tenant: string | undefined; readonly limit: number },
): Promise<readonly StoredEvent[]> {
  const rows = await database.query(
    `select type, bounce, recipient, provider, source, event_id as "eventId", message::text, code, reason,
       provider_message_id as "providerMessageId", nullif(stream, '') as stream, tenant, severity, at,
       received_at as "receivedAt"
     from relais.event where ${"messages" in by ? "message = any($1::uuid[])" : "recipient = $1 and ($3::text is null or coalesce(tenant, $3) = $3)"}
     order by at desc, event_id limit $2`,
    "messages" in by ? [by.messages, null] : [by.recipient, by.limit, by.tenant ?? null],
  );
  return rows
    .map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)))
    .reverse() as unknown as readonly StoredEvent[];
}
