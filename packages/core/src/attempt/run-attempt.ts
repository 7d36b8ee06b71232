import type { Journal, JournalEntry } from "../events/journal.ts";
import { type HandOverFacts, missingOutcome, normalizeOutcome, parseOutcome } from "../failure/normalize.ts";
import { type Failure, failure, type Outcome } from "../failure/outcome.ts";
import type { Message } from "../message/message.ts";
import { looksLikeForwarder, type Provider, type Send, type SendContext } from "../provider/provider.ts";
import { type Clock, wallNow } from "../runtime/clock.ts";
import { recognizeCopies } from "../runtime/copies.ts";
import { type Settled, settledWithGrace, settleWithGrace, tryAsync } from "../runtime/wait.ts";
import { attemptRecord } from "./attempt-record.ts";
import { CurrentAttempt, forwardedOutcome } from "./current-attempt.ts";
import { mergeOutcomes } from "./merge-outcomes.ts";

/** How long a provider may take to answer after its signal aborted, ms. */
const graceMs = 25;
/** How much longer the journal may then take to write the end down, ms. */
const journalGraceMs = 20;
/** How long a provider may take in all to answer after an abort, if it forwards messages to others, ms. */
const forwarderGraceMs = graceMs + journalGraceMs;

/** Why an attempt's signal aborted, if its own time was over rather than the caller's or the delivery's. */
export class AttemptTimeout extends Error {
  static {
    recognizeCopies(AttemptTimeout, "AttemptTimeout");
  }

  override readonly name = "AttemptTimeout";

  /** @param ms how long the attempt was given */
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}

/** A provider, and what was learned of it. */
interface KnownProvider {
  readonly provider: Provider;
  readonly clock: Clock;
  /** False once it reported success without a hand-over; its missing answers then count as unknown. */
  reportsHandOver: boolean;
}

/**
 * The innermost `send` of a link, around the provider itself. Whatever the provider does, this resolves, soon after
 * an abort at the latest, with an outcome that fits what is known of the hand-over; and it keeps the journal and tells
 * the observers. A provider that forwards the message to others makes no attempt: theirs stand for it.
 */
export function attemptRunner(provider: Provider, clock: Clock): Send {
  const { id } = provider;
  const known: KnownProvider = { provider, clock, reportsHandOver: true };

  return (message, context) => {
    const { signal } = context;
    if (signal.aborted) return Promise.resolve(cancelled(id, abortReason(signal)));
    const attempt = new CurrentAttempt(id, message.id, context, clock);
    if (attempt.entry.n === 0) return Promise.resolve(cancelled(id, "its link has answered already"));
    const { journal } = attempt;
    return journal === undefined
      ? callProvider(known, message, attempt)
      : callWithJournal(known, message, attempt, journal);
  };
}

async function callWithJournal(
  known: KnownProvider,
  message: Message,
  attempt: CurrentAttempt,
  journal: Journal,
): Promise<Outcome> {
  const { clock } = known;
  const { provider, entry } = attempt;
  const { signal } = attempt.context;
  // One with links surely forwards the message: nothing is noted before it turns out otherwise.
  const isForwarder = looksLikeForwarder(known.provider);
  if (journal.open !== undefined && !isForwarder) {
    const opening = tryAsync(() => journal.open?.(entry));
    const { state } = await settledWithGrace(opening, signal, clock, 0);
    attempt.isVoid = state !== "resolved" || signal.aborted || attempt.isClosed;
    if (state === "rejected") return cancelled(provider, "the journal could not be opened");
    if (attempt.isVoid) return cancelled(provider, abandonReason(signal));
  }
  attempt.isJournaled = !isForwarder;
  const outcome = await callProvider(known, message, attempt);
  const isOwn = !attempt.forwarded && attempt.entry === entry;
  if (!isForwarder) {
    await closeJournal(journal, entry, isOwn ? outcome : forwardedOutcome(provider), attempt, clock);
  }
  if (attempt.isJournaled && (isForwarder || attempt.entry !== entry)) {
    await closeJournal(journal, attempt.entry, outcome, attempt, clock);
  }
  return outcome;
}

async function closeJournal(
  journal: Journal,
  entry: JournalEntry,
  outcome: Outcome,
  attempt: CurrentAttempt,
  clock: Clock,
): Promise<void> {
  const write = async (): Promise<void> => {
    // An abort does not wait for a hand-over that is being written down, but its end comes after it.
    await attempt.pending?.catch(() => undefined);
    await journal.close?.(entry, outcome);
  };
  const { state } = await settledWithGrace(write(), attempt.context.signal, clock, journalGraceMs);
  if (state !== "resolved") {
    attempt.observe?.({ type: "journal-lost", at: wallNow(clock), ...entryFields(entry) });
  }
}

function callProvider(known: KnownProvider, message: Message, attempt: CurrentAttempt): Promise<Outcome> {
  const { clock, provider } = known;
  const { outer, handOver } = attempt;
  const { envelope, signal } = attempt.context;
  const context = { envelope, signal, handOver, scope: outer === undefined ? undefined : attempt };
  const answer = startSend(provider, message, context);
  const isForwarder = attempt.forwarded || looksLikeForwarder(provider);
  if (!isForwarder) attempt.reportStart();
  const conclude = (end: Settled<unknown>): Outcome => {
    attempt.isClosed = true;
    if (attempt.forwarded) return mergeInner(end, attempt);
    attempt.reportStart();
    const { handedOver, refusal } = attempt;
    const facts = { handedOver, refusal, maybeHandedOver: handedOver || !known.reportsHandOver };
    if (end.state === "abandoned") reportLate(answer, facts, attempt, clock);
    const outcome =
      end.state === "resolved"
        ? normalizeOutcome(provider.id, end.value, envelope.to, facts)
        : unansweredOutcome(provider.id, end, signal, facts);
    attempt.outcome = blameTimeout(outcome, signal);
    if (outcome.success && !handedOver) known.reportsHandOver = false;
    recordAttempt(attempt, attempt.outcome, clock);
    return attempt.outcome;
  };
  return settleWithGrace(answer, signal, clock, isForwarder ? forwarderGraceMs : graceMs, conclude, attempt);
}

/** A provider that throws before it gives its promise is one that rejects. */
function startSend(provider: Provider, message: Message, context: SendContext): Promise<unknown> {
  try {
    return Promise.resolve(provider.send(message, context));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The outcome of a provider that forwarded the message: what the attempts within and its own answer come to. */
function mergeInner(end: Settled<unknown>, { provider, inner = [], context, to }: CurrentAttempt): Outcome {
  for (const one of inner) one.abandon();
  const facts = { handedOver: false, refusal: undefined };
  const answer =
    end.state === "resolved"
      ? parseOutcome(provider, end.value, to, { ...facts, forwards: true })
      : undefined;
  const fallback =
    end.state === "resolved"
      ? missingOutcome(provider, false)
      : unansweredOutcome(provider, end, context.signal, facts);
  return blameTimeout(mergeOutcomes(answer, fallback, to, inner), context.signal);
}

/** Tells what a provider answers after the attempt was given up. */
function reportLate(
  answer: Promise<unknown>,
  facts: HandOverFacts,
  { outer, entry }: CurrentAttempt,
  clock: Clock,
): void {
  const { observe, journal } = outer ?? {};
  if (observe === undefined && journal?.late === undefined) return;
  answer
    .then((late) => {
      const outcome = normalizeOutcome(entry.provider, late, entry.recipients, facts);
      observe?.({ type: "late", at: wallNow(clock), ...entryFields(entry), outcome });
      return journal?.late?.(entry, outcome);
    })
    .catch(() => undefined);
}

function cancelled(provider: string, reason: string): Failure {
  return failure({ provider, kind: "cancelled", reason });
}

/** The outcome of a provider that threw, or did not answer in time. */
function unansweredOutcome(
  provider: string,
  end: Settled<unknown>,
  signal: AbortSignal,
  { handedOver, refusal, maybeHandedOver = handedOver }: HandOverFacts,
): Failure {
  if (end.state === "rejected") {
    if (!handedOver && refusal !== undefined) return cancelled(provider, refusal);
    // Its message may hold anything, a password included; its name does not.
    const name = end.reason instanceof Error ? end.reason.name : typeof end.reason;
    const reason = `the provider threw ${name} instead of answering`;
    if (maybeHandedOver) return failure({ provider, kind: "unknown", reason });
    return failure({ provider, kind: "transient", retryable: false, reason });
  }
  const why = abandonReason(signal);
  if (!maybeHandedOver) return cancelled(provider, why);
  return failure({ provider, kind: "unknown", reason: `${why} after the message was handed over` });
}

/** Given up because the attempt's own time was over: that is the provider's fault, not the caller's. */
function blameTimeout(outcome: Outcome, { reason }: AbortSignal): Outcome {
  return reason instanceof AttemptTimeout ? timedOutOutcome(outcome, reason) : outcome;
}

/** What came of an attempt whose own time was over. What it had said of single recipients stands. */
export function timedOutOutcome(outcome: Outcome, { message: reason }: AttemptTimeout): Outcome {
  if (outcome.success || outcome.kind !== "cancelled") return outcome;
  const late = failure({ provider: outcome.provider, kind: "transient", code: "timeout", reason });
  if (outcome.rejected === undefined) return Object.freeze({ ...outcome, ...late });
  const rejected = outcome.rejected.map((one) =>
    one.failure.kind === "cancelled" ? Object.freeze({ ...one, failure: late }) : one,
  );
  return Object.freeze({ ...outcome, ...late, rejected: Object.freeze(rejected) });
}

function recordAttempt(attempt: CurrentAttempt, outcome: Outcome, clock: Clock): void {
  const { handedOver, entry, outer, observe } = attempt;
  if (outer === undefined) return;
  const { attempt: id, messageId: message, n, provider, at, recipients } = entry;
  const facts = {
    n,
    id,
    provider,
    at,
    ms: clock.now() - attempt.beganAt,
    skipped: !outcome.success && outcome.kind === "skipped",
    recipients: recipients.length,
    handedOver,
  };
  const record = attemptRecord(facts, outcome);
  outer.record(record, outcome);
  observe?.({ type: "attempt", at: wallNow(clock), message, provider, attempt: record, outcome });
}

function entryFields({ messageId, provider, attempt }: JournalEntry) {
  return { message: messageId, provider, attempt };
}

function abandonReason(signal: AbortSignal): string {
  return signal.aborted ? abortReason(signal) : "nobody waited for its answer";
}

function abortReason({ reason }: AbortSignal): string {
  return reason instanceof Error && reason.name !== "AbortError" ? reason.message : "given up by the caller";
}
