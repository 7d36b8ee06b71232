import type { Queryable } from "../database/database.ts";
import { prepared } from "../database/prepared.ts";
import { batch } from "../worker/batching.ts";
import type { Refusal, Settlement } from "../worker/decide.ts";
import { type AttemptEnd, attemptEnds, closeSql, type Keys, keysOf, sameAttempt } from "./attempts.ts";
import type { Resolution, TraceAttempt } from "./trace.ts";

/** What becomes of a message, with all that is to be written in the same statement. */
export interface Finish {
  readonly id: string;
  readonly claim: number;
  readonly settlement: Settlement;
  /** Attempts whose ends have not been written. */
  readonly ends: readonly AttemptEnd[];
  /** What is added to the trace. */
  readonly entries: readonly TraceAttempt[];
  /** The provider that really delivered, and its own id of the message. */
  readonly provider?: string | undefined;
  readonly messageId?: string | undefined;
  readonly error?: string | undefined;
  /** How often it was lost with its worker, one time after the other. @defaultValue 0: its worker lives */
  readonly recoveries?: number | undefined;
  /**
   * Whether it counts for the next pause that the message is deferred. @defaultValue if somebody was called: one that was
   * only passed over has not been tried
   */
  readonly hadItsTurn?: boolean | undefined;
  /** Some who have it now may have had it before. */
  readonly possibleDuplicate?: boolean | undefined;
}

interface FinishRow {
  readonly id: string;
  readonly claim: number;
  readonly state: string;
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
  readonly provider: string | null;
  readonly provider_message_id: string | null;
  readonly last_error: string | null;
  readonly retry_after_ms: number | null;
  readonly recoveries: number;
  readonly possible_duplicate: boolean | null;
  readonly entries: readonly TraceAttempt[];
  readonly calls: number;
  readonly deferral: boolean;
  readonly resolution: Resolution | null;
}

export const finalStates: string = "('sent', 'partial', 'failed', 'expired', 'cancelled')";

/**
 * The attempts of a trace, and how many it leaves out, with more of them. Most are a few, one after the
 * other; they are numbered anew where a late answer was entered meanwhile.
 */
export const traceWith = (more: string): string => `case
  when jsonb_array_length(m.delivery_trace->'attempts') + jsonb_array_length(${more}) <= 50
    and not ${more} @> '[{"skipped": true}]' and not m.delivery_trace ? 'omitted'
    and coalesce((${more}->0->>'n')::int > (m.delivery_trace->'attempts'->-1->>'n')::int, true)
  then jsonb_build_object('attempts', (m.delivery_trace->'attempts') || ${more})
  else (select jsonb_object_agg(key, value)
    from jsonb_each(relais.trace_with(m.delivery_trace, ${more})) where key in ('attempts', 'omitted')) end`;

const finishSql = prepared(`
  with ends as (${closeSql} from ${attemptEnds("$2")} where ${sameAttempt} and a.kind is null),
  written as (update relais.message m set
    state = i.state, updated_at = now(), worker = null, lease = null, provider = i.provider,
    provider_message_id = i.provider_message_id, last_error = i.last_error, rejected = i.rejected,
    accepted = array(select jsonb_array_elements_text(i.accepted)),
    attempts = m.attempts + i.calls,
    not_before = case when i.retry_after_ms is null then m.not_before
      else clock_timestamp() + i.retry_after_ms * interval '1 millisecond' end,
    recoveries = i.recoveries,
    deferrals = m.deferrals + i.deferral::int,
    ended_at = case when i.state in ${finalStates} then now() end,
    delivery_trace = jsonb_strip_nulls(jsonb_build_object('v', 1, 'status', i.state, 'provider', i.provider,
      'messageId', i.provider_message_id,
      'possibleDuplicate', coalesce(i.possible_duplicate, (m.delivery_trace->'possibleDuplicate')::boolean)))
      || ${traceWith("i.entries")}
      || jsonb_build_object('resolution', coalesce(nullif(i.resolution, 'null'), m.delivery_trace->'resolution'))
  from jsonb_to_recordset($1::jsonb) as i(id uuid, claim int, state text, accepted jsonb, rejected jsonb,
    provider text, provider_message_id text, last_error text, retry_after_ms float8, recoveries int,
    possible_duplicate boolean, entries jsonb, calls int, deferral boolean, resolution jsonb)
  where m.id = i.id and m.claim = i.claim and m.state = 'sending'
  returning concat_ws(' ', m.id, m.claim) as key) ${keysOf("written")}`);

function rowOf(finish: Finish): FinishRow {
  const {
    id,
    claim,
    settlement,
    entries,
    provider,
    messageId,
    error,
    recoveries,
    possibleDuplicate,
    hadItsTurn,
  } = finish;
  const { state, accepted, rejected, retryAfterMs, resolution } = settlement;
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
    last_error: error ?? null,
    retry_after_ms: retryAfterMs ?? null,
    recoveries: recoveries ?? 0,
    possible_duplicate: possibleDuplicate ? true : null,
    entries,
    calls,
    deferral: state === "deferred" && (hadItsTurn ?? calls > 0),
    resolution: resolution ?? null,
  };
}

/** Writes what became of messages, in one statement. Answers which claims still stood. */
export async function writeFinishes(database: Queryable, finishes: readonly Finish[]): Promise<Set<string>> {
  const [row] = await database.query<Keys>(finishSql, [
    JSON.stringify(finishes.map(rowOf)),
    JSON.stringify(finishes.flatMap(({ ends }) => ends)),
  ]);
  return new Set(row?.keys);
}

const claimOf = ({ id, claim }: Pick<Finish, "id" | "claim">): string => `${id} ${claim}`;

/** `writeFinishes` for one at a time; those that come at the same time go together. */
export function finisher(database: Queryable): (finish: Finish) => Promise<boolean> {
  return batch(
    async (finishes: readonly Finish[]) => {
      const written = await writeFinishes(database, finishes);
      return finishes.map((one) => written.has(claimOf(one)));
    },
    { gapMs: 20 },
  );
}
