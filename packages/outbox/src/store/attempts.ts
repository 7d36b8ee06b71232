import type { Outcome } from "@relais/core";
import type { Queryable } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import type { Refusal } from "./message.ts";
import { type AttemptRow, storable, storableId } from "./trace.ts";

/** Which attempt. The claim is part of it: after a crash of the database another claim may use the same number. */
export interface AttemptKey {
  readonly message: string;
  readonly seq: number;
  readonly claim: number;
}

/** An attempt that has begun. */
export interface AttemptStart extends AttemptKey {
  readonly worker: string;
  readonly provider: string;
  readonly recipients: readonly string[];
  /** Is not handed over if one of its recipients has been put on the suppression list since it was claimed. */
  readonly guard?: {
    readonly addresses: readonly string[];
    readonly stream: string;
    readonly ignore: readonly string[];
  };
}

/** What is to be written of an attempt that has begun. */
export interface AttemptMark extends AttemptStart {
  readonly phase: "open" | "handed_over";
  /** Whether its row is there already. */
  readonly opened: boolean;
}

/** The end of an attempt, as its row holds it. */
export interface AttemptEnd extends AttemptKey {
  /** `accepted`, or a failure kind. */
  readonly kind: string;
  readonly code: string | null;
  readonly reason: string | null;
  readonly provider_message_id: string | null;
  readonly accepted: readonly string[];
  /** Those who were refused while others were accepted. */
  readonly rejected: readonly Refusal[];
}

export function attemptEnd({ message, seq, claim }: AttemptKey, outcome: Outcome): AttemptEnd {
  const { success } = outcome;
  const code = success ? undefined : outcome.code;
  return {
    message,
    seq,
    claim,
    kind: success ? "accepted" : outcome.kind,
    code: code === undefined ? null : storable(code),
    reason: success ? null : storable(outcome.reason),
    provider_message_id: success ? storableId(outcome.messageId) : null,
    accepted: success ? outcome.accepted : [],
    rejected: (outcome.rejected ?? []).map(({ address, failure }) => ({
      address: storableId(address),
      kind: failure.kind,
      reason: storable(failure.reason),
    })),
  };
}

const notSuppressed = `
      and not (i.phase = 'handed_over' and i.guard is not null and exists (select 1
        from jsonb_array_elements_text(i.guard->'addresses') r
          join relais.suppression s on s.tenant = m.tenant and s.address = r
        where s.stream in ('', i.guard->>'stream') and not i.guard->'ignore' ? s.reason
          and (s.expires_at is null or s.expires_at > now())))`;

/**
 * Whether a message `m` is being sent, as SQL that the planner does not match with the partial index on `sending`. That index has few live
 * rows, but also every dead one since the last VACUUM: a statement that used it would read all of them, instead of looking up
 * its messages by id. The ids are a parameter of their own, an array: for rows read from JSON the planner assumes a hundred, and
 * would read the whole table.
 */
export const isSendingSql = "m.state between 'sending' and 'sending'";
/** The same for an attempt `a` that is in flight. */
export const isInFlightSql = "coalesce(a.kind, '') = ''";

/**
 * Writes rows of attempts, and their hand-overs. The message is locked first: a worker that recovers it either finds
 * this written, or is waited for and then has the claim.
 *
 * The commit of an open attempt is not waited for. A crash of the database may lose it, with all that came after it: an
 * open attempt did not arrive, with or without its row. That of a hand-over is durable whatever the database is set to.
 */
const marksSql = (durable: boolean, update: boolean, guarded: boolean): string => {
  const commit = durable ? "coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on')" : "'off'";
  const handedOver = `, handed_over as (
    update relais.attempt a set phase = 'handed_over', handed_over_at = clock_timestamp()
    from mine i cross join durability
    where i.opened and a.message = any($2::uuid[]) and a.message = i.message and a.seq = i.seq and a.claim = i.claim and ${isInFlightSql}
    returning concat_ws(' ', a.message, a.seq, a.claim) as key)`;
  return prepared(`with
  durability as materialized (select set_config('synchronous_commit', ${commit}, true)),
  mine as materialized (
    select i.* from jsonb_to_recordset($1::jsonb) as i(message uuid, seq int, claim int, worker text, provider text,
      recipients jsonb, phase text, opened boolean, guard jsonb)
    join relais.message m on m.id = i.message and m.claim = i.claim and ${isSendingSql}${guarded ? notSuppressed : ""}
    where m.id = any($2::uuid[]) for key share of m),
  opened as (
    insert into relais.attempt (message, seq, claim, worker, provider, recipients, phase, handed_over_at)
    select message, seq, claim, worker, provider, array(select jsonb_array_elements_text(recipients)), phase,
      case when phase = 'handed_over' then clock_timestamp() end
    from mine cross join durability where not opened
    on conflict do nothing returning concat_ws(' ', message, seq, claim) as key)${update ? handedOver : ""}
  select json_agg(key) as keys from ${update ? "(select * from opened union all select * from handed_over) w" : "opened"}`);
};

const marksSqls = [false, true].map((guarded) => ({
  insert: { async: marksSql(false, false, guarded), durable: marksSql(true, false, guarded) },
  update: { async: marksSql(false, true, guarded), durable: marksSql(true, true, guarded) },
}));

/** @returns of each whether it was written: it is not if the claim has been lost */
export function writeAttempts(database: Queryable, marks: readonly AttemptMark[]): Promise<boolean[]> {
  const guarded = marks.some(({ guard, phase }) => guard !== undefined && phase === "handed_over");
  const sqls = (marksSqls[guarded ? 1 : 0] as (typeof marksSqls)[number])[
    marks.some(({ opened }) => opened) ? "update" : "insert"
  ];
  const sql = sqls[marks.some(({ phase }) => phase === "handed_over") ? "durable" : "async"];
  return writtenOf(database, sql, marks);
}

/**
 * Ends attempts that are in flight, or are `unknown`.
 * @param ends the parameter that holds them as JSON, as in `$1`
 * @param messages the parameter that holds the ids of their messages, and maybe of others
 */
export const endSql = (ends: string, messages: string, now: "in flight" | "unknown" = "in flight"): string =>
  `update relais.attempt a set kind = i.kind, code = i.code, reason = i.reason, ended_at = clock_timestamp(),
      provider_message_id = i.provider_message_id, rejected = i.rejected,
      accepted = array(select jsonb_array_elements_text(i.accepted))
    from jsonb_to_recordset(${ends}::jsonb) as i(message uuid, seq int, claim int, kind text, code text, reason text,
      provider_message_id text, accepted jsonb, rejected jsonb)
    where a.message = any(${messages}::uuid[]) and a.message = i.message and a.seq = i.seq and a.claim = i.claim
      and ${now === "unknown" ? "a.kind = 'unknown'" : isInFlightSql}`;

const endsSql = prepared(`with ended as (
    ${endSql("$1", "$2")} returning concat_ws(' ', a.message, a.seq, a.claim) as key)
  select json_agg(key) as keys from ended`);

/** Ends attempts that are in flight. @returns of each whether it was */
export function endAttempts(database: Queryable, ends: readonly AttemptEnd[]): Promise<boolean[]> {
  return writtenOf(database, endsSql, ends);
}

/** The keys of what was written come in one row: a driver takes its time for each. */
async function writtenOf(database: Queryable, sql: string, items: readonly AttemptKey[]): Promise<boolean[]> {
  const [row] = await database.query<{ keys: string[] | null }>(sql, [
    JSON.stringify(items),
    items.map(({ message }) => message),
  ]);
  const keys = new Set(row?.keys);
  return items.map(({ message, seq, claim }) => keys.has(`${message} ${seq} ${claim}`));
}

/**
 * Recipients of whom it is unknown whether they have a message, each perhaps several times. An attempt that is unknown may
 * have been settled for some by events.
 * @param message its id, as SQL
 */
export const doubtfulSql = (message: string): string =>
  `unnest(array(select r from relais.attempt a, unnest(a.recipients) r where a.message = ${message} and a.kind = 'unknown'
    and r <> all(a.accepted) and not a.rejected @> jsonb_build_array(jsonb_build_object('address', r))))`;

/** The attempts of the present claims of messages, by message. */
export async function attemptsOf(
  tx: Queryable,
  messages: readonly string[],
): Promise<ReadonlyMap<string, readonly AttemptRow[]>> {
  const rows = await tx.query<AttemptRow>(
    `select a.* from relais.attempt a join relais.message m on m.id = a.message and m.claim = a.claim
     where a.message = any($1::uuid[]) order by a.message, a.seq`,
    [messages],
  );
  return Map.groupBy(rows, ({ message }) => message);
}
