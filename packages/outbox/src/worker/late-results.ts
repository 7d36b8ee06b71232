import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../database/database.ts";
import { attemptEnd } from "../store/attempts.ts";
import {
  endLate,
  isUnknown,
  type LateChange,
  type LateMessage,
  lockMessage,
  unknownRecipients,
  writeLateChange,
} from "../store/late-results.ts";
import type { RecipientStatus, Refusal, State } from "../store/message.ts";
import { type AttemptRow, lastNumber, lastSuccess, traceEntryOf } from "../store/trace.ts";
import { retryWrite } from "./batching.ts";
import { decide, giveUp } from "./decide.ts";
import type { AttemptResult } from "./journal.ts";

/** The late results of a worker, until they are applied. */
export interface LateResults {
  /** Applies a result once its message has been completed: before, it has nothing to settle. */
  add(result: AttemptResult, completed: Promise<void>): void;
  readonly pending: number;
  /** A message that is being sent again is not waited for any more: the worker stops. */
  stopWaiting(): void;
}

/** How often it is checked whether a message that is being sent again, by whichever worker, is over. */
const pollMs = 200;

export interface LateResultsContext {
  readonly database: Database;
  /** Ends the attempts to write. */
  readonly signal: AbortSignal;
  onApplied(result: AttemptResult, state: State): void;
  onError(error: unknown): void;
}

export function lateResults({ database, signal, onApplied, onError }: LateResultsContext): LateResults {
  const pending = new Set<Promise<void>>();
  let stopping = false;
  const apply = async (result: AttemptResult, completed: Promise<void>): Promise<void> => {
    await completed;
    for (;;) {
      const waits = !stopping;
      const state = await retryWrite(() => applyLateResult(database, result, waits), signal);
      if (state !== "sending" || !waits) {
        if (state !== undefined) onApplied(result, state);
        return;
      }
      await sleep(pollMs);
    }
  };
  return {
    get pending() {
      return pending.size;
    },
    add(result, completed) {
      const done = apply(result, completed)
        .catch(onError)
        .finally(() => pending.delete(done));
      pending.add(done);
    },
    stopWaiting() {
      stopping = true;
    },
  };
}

/**
 * Applies a result that came after its attempt had been taken for `unknown`. A receipt counts even
 * after the message was given up. An attempt whose end could not be written is ended now, for the worker that
 * recovers the message.
 * @param waits whether nothing is changed while the message is being sent again, since its completion would overwrite it
 * @returns the message's state now, `sending` to be asked again; `undefined` if the attempt was not unknown
 */
function applyLateResult(
  database: Database,
  result: AttemptResult,
  waits: boolean,
): Promise<State | undefined> {
  return database.transaction(async (tx) => {
    const message = await lockMessage(tx, result.message);
    if (message === undefined) return undefined;
    if (waits && message.state === "sending" && (await isUnknown(tx, result))) return message.state;
    const end = attemptEnd(result, result.outcome);
    const attempt = await endLate(tx, end, "unknown");
    if (attempt === undefined) {
      await endLate(tx, end, "in flight");
      return undefined;
    }
    const change = lateChange(message, attempt, await unknownRecipients(tx, result.message));
    await writeLateChange(tx, result.message, change);
    return change.state;
  });
}

/** What a late result changes. @param doubtful the recipients of other attempts that are unknown */
function lateChange(message: LateMessage, attempt: AttemptRow, doubtful: ReadonlySet<string>): LateChange {
  const { delivery_trace: trace, state: before } = message;
  const entry = { ...traceEntryOf(attempt, lastNumber(trace) + 1), late: true as const };
  // Who has it by this attempt may have it by another one, too.
  const possibleDuplicate = attempt.accepted.some((address) => doubtful.has(address));
  const status = statusWith(message, attempt, doubtful);
  if (status === undefined) return { state: before, entries: [entry], possibleDuplicate };

  const now = Date.now();
  const { expires_at, on_unknown: onUnknown } = message;
  const decided = decide(status, { now, expiresAt: Number(expires_at), onUnknown, retryAfterMs: 0 });
  const { accepted, rejected } = decided;
  // Those who still need it wait as long as before: a result about others is no reason to hurry.
  const state = decided.state === "queued" && before === "deferred" ? "deferred" : decided.state;
  const delivered = state === "sent" || state === "partial";
  const by = delivered
    ? { provider: attempt.provider, ...lastSuccess({ attempts: [...trace.attempts, entry] }) }
    : {};
  const resolved = state !== "unknown" && before !== "queued" && before !== "deferred";
  const as = delivered ? "sent" : state === "failed" ? "failed" : "resend";
  const resolution = { by: "late-answer", as, at: new Date(now).toISOString() } as const;
  const change: LateChange = { state, entries: [entry], accepted, rejected, possibleDuplicate, ...by };
  return resolved ? { ...change, resolution } : change;
}

/** That the provider took it is no news about a recipient for whom it has told a bounce since. */
const isToldByEvent = ({ kind }: Refusal): boolean => kind === "bounced" || kind === "blocked";

/** The status of the recipients with a late result; `undefined` if it does not change it. */
function statusWith(
  message: LateMessage,
  attempt: AttemptRow,
  doubtful: ReadonlySet<string>,
): RecipientStatus | undefined {
  const told = new Set(message.rejected.filter(isToldByEvent).map(({ address }) => address));
  const accepted = new Set([
    ...message.accepted,
    ...attempt.accepted.filter((address) => !told.has(address)),
  ]);
  const refusals = new Map(message.rejected.map((refusal) => [refusal.address, refusal]));
  const status = (): RecipientStatus => {
    const rejected = [...refusals.values()].filter(({ address }) => !accepted.has(address));
    const rest = (message.recipients ?? attempt.recipients).filter(
      (address) => !accepted.has(address) && !refusals.has(address),
    );
    return {
      accepted: [...accepted],
      rejected,
      unknown: rest.filter((address) => doubtful.has(address)),
      pending: rest.filter((address) => !doubtful.has(address)),
    };
  };
  switch (message.state) {
    // Being sent, or over with nobody left.
    case "sending":
    case "sent":
      return undefined;
    case "unknown":
    case "queued":
    case "deferred": {
      const { kind, reason } = attempt;
      const refused =
        kind === "rejected" || kind === "refused"
          ? attempt.recipients.map((address) => ({ address, kind, reason: reason ?? "" }))
          : attempt.rejected.filter((one) => one.kind === "rejected" || one.kind === "refused");
      for (const one of refused) if (!accepted.has(one.address)) refusals.set(one.address, one);
      return status();
    }
    // A receipt counts even after the message was given up. The other recipients are not tried any more.
    default: {
      if (attempt.accepted.every((address) => told.has(address))) return undefined;
      const { unknown, ...rest } = status();
      const all = { ...rest, unknown: [], pending: [...unknown, ...rest.pending] };
      return giveUp(all, "cancelled", "the message had been given up");
    }
  }
}
