import type { FailureKind } from "@relais/core";
import type { Database } from "../database/database.ts";
import { attemptEnd, attemptsOf } from "../store/attempts.ts";
import { type Completion, type Decision, writeCompletions } from "../store/completions.ts";
import { expireLeases, lockRecoverable, nextRecoverable, type RecoverableMessage } from "../store/leases.ts";
import { firstId, type RecipientStatus } from "../store/message.ts";
import { type AttemptRow, lastNumber, lastSuccess, storable, traceEntryOf } from "../store/trace.ts";
import { isPermanentError } from "./batching.ts";
import { decide, giveUp } from "./decide.ts";

/** A message that was recovered, and what became of it. */
export interface RecoveredMessage {
  readonly id: string;
  readonly state: Decision["state"];
}

const batchSize = 100;

/**
 * Recovers messages whose worker was lost. Its journal says how far it was: an attempt that was only open did not
 * arrive and may be made again; one that was handed over leaves its recipients `unknown`. A message that is recovered for
 * the third time, with nothing in between, is set aside: it may be what ends its workers.
 *
 * @param onError called for rows that cannot be read or written: the others are recovered all the same
 */
export async function recover(
  database: Database,
  onError: (error: unknown) => void,
): Promise<readonly RecoveredMessage[]> {
  await expireLeases(database);
  const all: RecoveredMessage[] = [];
  let limit = batchSize;
  for (let after = firstId; ; ) {
    try {
      const { last, recovered } = await recoverBatch(database, after, limit, onError);
      all.push(...recovered);
      if (last === undefined) return all;
      after = last;
    } catch (error) {
      if (!isPermanentError(error)) throw error;
      // The database refuses one of them: then one by one, past that one.
      if (limit === 1) {
        onError(error);
        const refused = await nextRecoverable(database, after);
        if (refused === undefined) return all;
        after = refused;
      }
      limit = 1;
    }
  }
}

interface Batch {
  /** The last one's id, if there may be more. */
  readonly last: string | undefined;
  readonly recovered: readonly RecoveredMessage[];
}

function recoverBatch(
  database: Database,
  after: string,
  limit: number,
  onError: (error: unknown) => void,
): Promise<Batch> {
  return database.transaction(async (tx) => {
    const rows = await lockRecoverable(tx, after, limit);
    if (rows.length === 0) return { last: undefined, recovered: [] };
    const ids = rows.map(({ id }) => id);
    const attempts = await attemptsOf(tx, ids);
    const completions = rows.flatMap((row) => {
      try {
        return [completionOf(row, attempts.get(row.id) ?? [])];
      } catch (error) {
        onError(new Error(`message ${row.id} cannot be recovered: ${(error as Error).message}`));
        return [];
      }
    });
    await writeCompletions(tx, completions);
    const recovered = completions.map(
      ({ id, decision }): RecoveredMessage => ({ id, state: decision.state }),
    );
    return { last: rows.length === limit ? ids.at(-1) : undefined, recovered };
  });
}

/** The end of an attempt that its worker could not write, by how far it was. */
const lostEnds = {
  open: { kind: "cancelled", reason: "the worker was lost before the message was handed over" },
  handed_over: { kind: "unknown", reason: "the worker was lost after the message had been handed over" },
} as const satisfies Record<AttemptRow["phase"], { kind: FailureKind; reason: string }>;
const lostCode = "worker-lost";

/** After three consecutive losses the message itself is the likely cause. */
const maxRecoveries = 3;
const setAsideReason = `set aside: ${maxRecoveries} workers, one after the other, were lost while they had this message`;

/** The first time it goes back at once, to be sent alone; then it waits, so that others go before it. */
const pauseMs = (recoveries: number): number => (recoveries < 2 ? 0 : 10_000);

function completionOf(row: RecoverableMessage, attempts: readonly AttemptRow[]): Completion {
  const ended = attempts.map(
    (attempt): AttemptRow =>
      attempt.kind === null
        ? { ...attempt, ...lostEnds[attempt.phase], code: lostCode, ended_at: new Date() }
        : attempt,
  );
  const recoveries = row.recoveries + (row.worker_id === null ? 0 : 1);
  const decision = decisionOf(row, ended, pauseMs(recoveries));
  const isWaiting = decision.state === "queued" || decision.state === "deferred";
  const setAside = recoveries >= maxRecoveries && isWaiting;
  const accepted = ended.findLast(({ kind }) => kind === "accepted");
  const unknown = ended.findLast(({ kind }) => kind === "unknown");
  const before = lastNumber(row.delivery_trace);
  return {
    id: row.id,
    claim: row.claim,
    decision: setAside ? giveUp(decision, "cancelled", setAsideReason) : decision,
    recoveries: setAside ? 0 : recoveries,
    ends: attempts
      .filter(({ kind }) => kind === null)
      .map(({ seq, phase, provider }) =>
        attemptEnd(
          { message: row.id, seq, claim: row.claim },
          { success: false, provider, code: lostCode, ...lostEnds[phase] },
        ),
      ),
    entries: ended.map((attempt, i) => traceEntryOf(attempt, before + i + 1)),
    provider: unknown?.provider,
    ...lastSuccess(row.delivery_trace),
    ...(accepted && { provider: accepted.provider, messageId: accepted.provider_message_id ?? undefined }),
    error:
      decision.state === "unknown"
        ? storable(lostEnds.handed_over.reason)
        : setAside
          ? setAsideReason
          : undefined,
  };
}

function decisionOf(
  row: RecoverableMessage,
  attempts: readonly AttemptRow[],
  retryAfterMs: number,
): Decision {
  const accepted = new Set([...row.accepted, ...attempts.flatMap((attempt) => attempt.accepted)]);
  const refused = new Set(row.rejected.map(({ address }) => address));
  const unknown = new Set(
    attempts.flatMap(({ kind, recipients }) =>
      kind === "unknown" ? recipients.filter((address) => !accepted.has(address)) : [],
    ),
  );
  const recipients = row.recipients ?? [...new Set(attempts.flatMap((attempt) => attempt.recipients))];
  const status: RecipientStatus = {
    accepted: [...accepted],
    rejected: row.rejected,
    unknown: [...unknown],
    pending: recipients.filter(
      (address) => !accepted.has(address) && !refused.has(address) && !unknown.has(address),
    ),
  };
  // Written by plain SQL, and its worker was lost before it read it: its recipients are not known yet.
  if (row.recipients === null && attempts.length === 0)
    return retryAfterMs === 0
      ? { ...status, state: "queued" }
      : { ...status, state: "deferred", retryAfterMs };
  const { on_unknown: onUnknown, expires_at } = row;
  return decide(status, { now: Date.now(), expiresAt: Number(expires_at), onUnknown, retryAfterMs });
}
