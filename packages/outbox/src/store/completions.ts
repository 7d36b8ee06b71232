import type { Queryable } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import { type AttemptEnd, endSql, isSendingSql } from "./attempts.ts";
import { finalStates, type RecipientStatus } from "./message.ts";
import type { Resolution, TraceAttempt } from "./trace.ts";

/** The state that a message gets, and that of its recipients. */
export interface Decision extends RecipientStatus {
  readonly state: "queued" | "deferred" | "sent" | "partial" | "unknown" | "failed" | "expired";
  /** How long it waits: the database adds it to its own clock. */
  readonly retryAfterMs?: number;
  readonly resolution?: Resolution;
}

/** What became of a claimed message, with all that is written in the same statement. */
export interface Completion {
  readonly id: string;
  readonly claim: number;
  readonly decision: Decision;
  /** Attempts whose ends have not been written. */
  readonly ends: readonly AttemptEnd[];
  /** Added to the trace. */
  readonly entries: readonly TraceAttempt[];
  /** The provider that really delivered, and its own id of the message. */
  readonly provider?: string | undefined;
  readonly messageId?: string | undefined;
  readonly error?: string | undefined;
  /** How often it was recovered, one time after the other. @defaultValue 0: its worker lives */
  readonly recoveries?: number | undefined;
  /** Whether a deferral lengthens the next pause. @defaultValue if a provider was called: one that was only skipped was not tried */
  readonly countsAsDeferral?: boolean | undefined;
  /** Some who have it now may have had it before. */
  readonly possibleDuplicate?: boolean | undefined;
}

const final = `('${finalStates.join("', '")}')`;

/**
 * Most traces have a few entries, one after the other, and are appended to; what is to be counted together or left out,
 * and what has to be numbered anew because a late result was entered meanwhile, is left to `relais.trace_with`.
 */
const completionsSql = prepared(`with
  ends as (${endSql("$2", "$3")}),
  written as (
    update relais.message m set
      state = i.state, updated_at = now(), worker = null, worker_id = null, provider = i.provider,
      provider_message_id = i.provider_message_id, last_error = i.last_error, rejected = i.rejected,
      accepted = array(select jsonb_array_elements_text(i.accepted)),
      attempts = m.attempts + i.calls,
      not_before = case when i.retry_after_ms is null then m.not_before
        else clock_timestamp() + i.retry_after_ms * interval '1 millisecond' end,
      recoveries = i.recoveries,
      deferrals = m.deferrals + i.deferral::int,
      ended_at = case when i.state in ${final} then now() end,
      delivery_trace = jsonb_strip_nulls(jsonb_build_object('v', 1, 'status', i.state, 'provider', i.provider,
          'messageId', i.provider_message_id,
          'possibleDuplicate', coalesce(i.possible_duplicate, (m.delivery_trace->'possibleDuplicate')::boolean)))
        || case
          when jsonb_array_length(m.delivery_trace->'attempts') + jsonb_array_length(i.entries) <= 50
            and not i.entries @> '[{"skipped": true}]' and not m.delivery_trace ? 'omitted'
            and coalesce((i.entries->0->>'n')::int > (m.delivery_trace->'attempts'->-1->>'n')::int, true)
          then jsonb_build_object('attempts', (m.delivery_trace->'attempts') || i.entries)
          else (select jsonb_object_agg(key, value)
            from jsonb_each(relais.trace_with(m.delivery_trace, i.entries)) where key in ('attempts', 'omitted')) end
        || jsonb_build_object('resolution', coalesce(nullif(i.resolution, 'null'), m.delivery_trace->'resolution'))
    from jsonb_to_recordset($1::jsonb) as i(id uuid, claim int, state text, accepted jsonb, rejected jsonb,
      provider text, provider_message_id text, last_error text, retry_after_ms float8, recoveries int,
      possible_duplicate boolean, entries jsonb, calls int, deferral boolean, resolution jsonb)
    where m.id = any($3::uuid[]) and m.id = i.id and m.claim = i.claim and ${isSendingSql}
    returning concat_ws(' ', m.id, m.claim) as key)
  select json_agg(key) as keys from written`);

/** Writes what became of messages, in one statement. @returns of each whether its claim still stood */
export async function writeCompletions(
  database: Queryable,
  completions: readonly Completion[],
): Promise<boolean[]> {
  const [row] = await database.query<{ keys: string[] | null }>(completionsSql, [
    JSON.stringify(completions.map(rowOf)),
    JSON.stringify(completions.flatMap(({ ends }) => ends)),
    completions.map(({ id }) => id),
  ]);
  const keys = new Set(row?.keys);
  return completions.map(({ id, claim }) => keys.has(`${id} ${claim}`));
}

function rowOf(completion: Completion) {
  const { id, claim, entries, provider, messageId, recoveries, possibleDuplicate } = completion;
  const { state, accepted, rejected, retryAfterMs, resolution } = completion.decision;
  const delivered = state === "sent" || state === "partial";
  const calls = entries.filter(({ skipped }) => !skipped).length;
  return {
    id,
    claim,
    state,
    accepted,
    rejected,
    provider: delivered ? (provider ?? "unknown") : null,
    provider_message_id: delivered ? (messageId ?? null) : null,
    last_error: completion.error ?? null,
    retry_after_ms: retryAfterMs ?? null,
    recoveries: recoveries ?? 0,
    possible_duplicate: possibleDuplicate ? true : null,
    entries,
    calls,
    deferral: state === "deferred" && (completion.countsAsDeferral ?? calls > 0),
    resolution: resolution ?? null,
  };
}
