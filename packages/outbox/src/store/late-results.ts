import type { Queryable } from "../database/database.ts";
import { type AttemptEnd, type AttemptKey, doubtfulSql, endSql } from "./attempts.ts";
import { finalStates, type Refusal, type State, type UnknownPolicy } from "./message.ts";
import type { AttemptRow, DeliveryTrace, Resolution, TraceAttempt } from "./trace.ts";

/** What decides about a message when a late result comes. */
export interface LateMessage {
  readonly state: State;
  readonly recipients: readonly string[] | null;
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
  readonly expires_at: Date;
  readonly on_unknown: UnknownPolicy;
  readonly delivery_trace: DeliveryTrace;
}

export async function lockMessage(tx: Queryable, id: string): Promise<LateMessage | undefined> {
  const [row] = await tx.query<LateMessage>(
    `select state, recipients, accepted, rejected, expires_at, on_unknown, delivery_trace
     from relais.message where id = $1 for update`,
    [id],
  );
  return row;
}

export async function isUnknown(tx: Queryable, { message, seq, claim }: AttemptKey): Promise<boolean> {
  const rows = await tx.query(
    "select 1 from relais.attempt where message = $1 and seq = $2 and claim = $3 and kind = 'unknown'",
    [message, seq, claim],
  );
  return rows.length > 0;
}

/** Ends an attempt that is unknown, or still in flight. @returns its row; none if it is neither */
export async function endLate(
  tx: Queryable,
  end: AttemptEnd,
  now: "in flight" | "unknown",
): Promise<AttemptRow | undefined> {
  const [attempt] = await tx.query<AttemptRow>(`${endSql("$1", "$2", now)} returning a.*`, [
    JSON.stringify([end]),
    [end.message],
  ]);
  return attempt;
}

/** Recipients of attempts of a message whose outcome is unknown. */
export async function unknownRecipients(tx: Queryable, message: string): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ address: string }>(`select ${doubtfulSql("$1")} as address`, [message]);
  return new Set(rows.map(({ address }) => address));
}

/** What a late result changes. What is absent stays. */
export interface LateChange {
  readonly state: State;
  /** Added to the trace. */
  readonly entries: readonly TraceAttempt[];
  readonly error?: string | undefined;
  readonly accepted?: readonly string[] | undefined;
  readonly rejected?: readonly Refusal[] | undefined;
  readonly provider?: string | undefined;
  readonly messageId?: string | undefined;
  readonly resolution?: Resolution | undefined;
  readonly possibleDuplicate?: boolean | undefined;
}

export async function writeLateChange(tx: Queryable, message: string, change: LateChange): Promise<void> {
  const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
  await tx.query(
    `update relais.message m set state = $2, updated_at = now(),
       turn = case when $2 = 'queued' and m.state = 'unknown' then relais.next_turn(m.priority, m.tenant) else m.turn end,
       accepted = case when $3::jsonb is null then m.accepted else array(select jsonb_array_elements_text($3::jsonb)) end,
       rejected = coalesce($4::jsonb, m.rejected),
       provider = case when $11 then coalesce($5, m.provider) end,
       provider_message_id = case when $11 then coalesce($6, m.provider_message_id) end,
       last_error = coalesce($12, m.last_error),
       ended_at = case when $2 = any($10::text[]) then coalesce(m.ended_at, now()) end,
       delivery_trace = relais.trace_with(m.delivery_trace, $7::jsonb) - '{provider,messageId}'::text[]
         || jsonb_strip_nulls(jsonb_build_object('status', $2::text,
           'provider', case when $11 then coalesce($5, m.provider) end,
           'messageId', case when $11 then coalesce($6, m.provider_message_id) end,
           'resolution', $8::jsonb, 'possibleDuplicate', $9::boolean))
     where id = $1`,
    [
      message,
      change.state,
      json(change.accepted),
      json(change.rejected),
      change.provider ?? null,
      change.messageId ?? null,
      JSON.stringify(change.entries),
      json(change.resolution),
      change.possibleDuplicate ? true : null,
      finalStates,
      change.state === "sent" || change.state === "partial",
      change.error ?? null,
    ],
  );
}

/** All attempts of a message, in their order. */
export function messageAttempts(tx: Queryable, message: string): Promise<readonly AttemptRow[]> {
  return tx.query<AttemptRow>("select * from relais.attempt where message = $1 order by started_at, seq", [
    message,
  ]);
}

/** What events say of recipients of attempts that are unknown. They stay so: the provider itself has not answered. */
export async function writeSettledAttempts(
  tx: Queryable,
  message: string,
  attempts: readonly {
    readonly seq: number;
    readonly accepted: readonly string[];
    readonly rejected: readonly Refusal[];
  }[],
): Promise<void> {
  await tx.query(
    `update relais.attempt a set rejected = i.rejected, accepted = array(select jsonb_array_elements_text(i.accepted))
     from jsonb_to_recordset($2::jsonb) as i(seq int, accepted jsonb, rejected jsonb)
     where a.message = $1 and a.seq = i.seq and a.kind = 'unknown'`,
    [message, JSON.stringify(attempts)],
  );
}
