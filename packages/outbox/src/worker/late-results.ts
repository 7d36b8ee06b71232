import type { Outcome } from "@relais/core";
import type { Database, Queryable } from "../database/database.ts";
import { type AttemptKey, attemptEnd, attemptEnds, closeSql, sameAttempt } from "../store/attempts.ts";
import { finalStates, traceWith } from "../store/completions.ts";
import type { State, UnknownPolicy } from "../store/states.ts";
import type { DeliveryTrace, TraceAttempt } from "../store/trace.ts";
import { type Refusal, type Standing, settle } from "./decide.ts";
import { type AttemptRow, lastNumber, lastSuccess, traceEntry } from "./trace-entries.ts";

/** The answer to an attempt of which nobody had known how it ended. */
export interface LateAnswer extends AttemptKey {
  readonly outcome: Outcome;
}

interface Row {
  readonly state: State;
  readonly recipients: readonly string[] | null;
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
  readonly expires_at: Date;
  readonly on_unknown: UnknownPolicy;
  readonly delivery_trace: DeliveryTrace;
}

/** Messages that nobody is sending at the moment. A late answer to one of these still helps. */
const waiting: ReadonlySet<State> = new Set(["unknown", "queued", "deferred"]);
/** Messages that are over, though somebody does not have them, as far as was known. */
const givenUp: ReadonlySet<State> = new Set(["partial", "failed", "expired", "cancelled"]);

/**
 * Enters an answer that came after its attempt had been taken for `unknown`. It settles the message, also one that was
 * given up meanwhile: who has it has it. If nobody could write how the attempt ended it is written now, for whoever
 * takes the message up.
 * @param waits whether nothing is entered while the message is being sent again, since what becomes of it will be
 *   written over what it was
 * @returns the message's state now, `sending` to be asked again; `undefined` if the attempt was not unknown
 */
export function enterLate(
  database: Database,
  answer: LateAnswer,
  waits: boolean,
): Promise<State | undefined> {
  return database.transaction(async (tx) => {
    const [row] = await tx.query<Row>(
      `select state, recipients, accepted, rejected, expires_at, on_unknown, delivery_trace
       from relais.message where id = $1 for update`,
      [answer.message],
    );
    if (row === undefined) return undefined;
    if (waits && row.state === "sending" && (await isUnknown(tx, answer))) return row.state;
    const attempt = await close(tx, answer, "a.kind = 'unknown'");
    if (attempt === undefined) {
      await close(tx, answer, "a.kind is null");
      return undefined;
    }
    const entry: TraceAttempt = {
      ...traceEntry(attempt, lastNumber(row.delivery_trace) + 1),
      late: true,
    };
    const doubtful = await unknownOf(tx, answer);
    const next = waiting.has(row.state)
      ? nextStanding(row, attempt, doubtful)
      : givenUp.has(row.state) && attempt.accepted.length > 0
        ? afterAll(row, attempt)
        : undefined;
    // Who has it by this attempt may have it by another one, of which nobody knows still.
    const twice = attempt.accepted.some((address) => doubtful.has(address));
    return write(tx, answer.message, row, entry, next, attempt, twice);
  });
}

async function isUnknown(tx: Queryable, { message, seq, claim }: AttemptKey): Promise<boolean> {
  const rows = await tx.query(
    "select 1 from relais.attempt where message = $1 and seq = $2 and claim = $3 and kind = 'unknown'",
    [message, seq, claim],
  );
  return rows.length > 0;
}

async function close(tx: Queryable, answer: LateAnswer, stillSo: string) {
  const [attempt] = await tx.query<AttemptRow>(
    `${closeSql} from ${attemptEnds("$1")} where ${sameAttempt} and ${stillSo} returning a.*`,
    [JSON.stringify([attemptEnd(answer, answer.outcome)])],
  );
  return attempt;
}

/** Recipients of whom, by other attempts, nobody knows still. */
async function unknownOf(tx: Queryable, { message }: LateAnswer): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ address: string }>(
    "select unnest(recipients) as address from relais.attempt where message = $1 and kind = 'unknown'",
    [message],
  );
  return new Set(rows.map(({ address }) => address));
}

function nextStanding(row: Row, attempt: AttemptRow, doubtful: ReadonlySet<string>): Standing {
  const accepted = new Set([...row.accepted, ...attempt.accepted]);
  const refused = new Map(row.rejected.map((one) => [one.address, one]));
  const saidNo =
    attempt.kind === "rejected" || attempt.kind === "refused"
      ? attempt.recipients.map((address) => ({
          address,
          kind: attempt.kind ?? "",
          reason: attempt.reason ?? "",
        }))
      : attempt.rejected.filter(({ kind }) => kind === "rejected" || kind === "refused");
  for (const one of saidNo) if (!accepted.has(one.address)) refused.set(one.address, one);
  const rest = (row.recipients ?? attempt.recipients).filter(
    (address) => !accepted.has(address) && !refused.has(address),
  );
  return {
    accepted: [...accepted],
    rejected: [...refused.values()].filter(({ address }) => !accepted.has(address)),
    unknown: rest.filter((address) => doubtful.has(address)),
    pending: rest.filter((address) => !doubtful.has(address)),
  };
}

/** Of a message that was given up: who has it after all. The others are not asked any more. */
function afterAll(row: Row, attempt: AttemptRow): Standing {
  const accepted = new Set([...row.accepted, ...attempt.accepted]);
  const rejected = row.rejected.filter(({ address }) => !accepted.has(address));
  const known = new Set([...accepted, ...rejected.map(({ address }) => address)]);
  const rest = (row.recipients ?? attempt.recipients)
    .filter((address) => !known.has(address))
    .map((address) => ({ address, kind: "cancelled", reason: "the message had been given up" }));
  return { accepted: [...accepted], rejected: [...rejected, ...rest], unknown: [], pending: [] };
}

async function write(
  tx: Queryable,
  message: string,
  row: Row,
  entry: TraceAttempt,
  standing: Standing | undefined,
  attempt: AttemptRow,
  twice: boolean,
): Promise<State> {
  const now = Date.now();
  const { on_unknown: onUnknown } = row;
  const settlement =
    standing && settle(standing, { now, expiresAt: Number(row.expires_at), onUnknown, retryAfterMs: 0 });
  const next = settlement?.state ?? row.state;
  // Those who still need it wait as long as they were told to: an answer about somebody else is no reason to hurry.
  const state = next === "queued" && row.state === "deferred" ? "deferred" : next;
  const delivered = settlement !== undefined && (state === "sent" || state === "partial");
  const attempts = [...row.delivery_trace.attempts, entry];
  const by: ReturnType<typeof lastSuccess> = { provider: attempt.provider, ...lastSuccess({ attempts }) };
  const wasOpen = row.state === "queued" || row.state === "deferred";
  const settled = settlement !== undefined && state !== "unknown" && !wasOpen;
  const as = delivered ? "sent" : state === "failed" ? "failed" : "resend";
  const resolution = settled ? { by: "late-answer", as, at: new Date(now).toISOString() } : null;
  await tx.query(
    `update relais.message m set state = $2, updated_at = now(),
       turn = case when $2 = 'queued' and m.state = 'unknown' then relais.next_turn(m.priority, m.tenant) else m.turn end,
       accepted = coalesce((select array_agg(value) from jsonb_array_elements_text($3::jsonb)), m.accepted),
       rejected = coalesce($4::jsonb, m.rejected),
       provider = coalesce($5, m.provider), provider_message_id = coalesce($6, m.provider_message_id),
       ended_at = case when $2 in ${finalStates} then coalesce(m.ended_at, now()) end,
       delivery_trace = m.delivery_trace || jsonb_strip_nulls(jsonb_build_object('status', $2::text,
         'provider', coalesce($5, m.provider), 'messageId', coalesce($6, m.provider_message_id), 'resolution', $8::jsonb,
         'possibleDuplicate', $9::boolean)) || ${traceWith("$7::jsonb")}
     where id = $1`,
    [
      message,
      state,
      settlement === undefined ? null : JSON.stringify(settlement.accepted),
      settlement === undefined ? null : JSON.stringify(settlement.rejected),
      delivered ? by.provider : null,
      delivered ? (by.messageId ?? null) : null,
      JSON.stringify([entry]),
      resolution === null ? null : JSON.stringify(resolution),
      twice ? true : null,
    ],
  );
  return state;
}
