import type { Journal, JournalEntry } from "../events/journal.ts";
import { type HandOverFacts, missingOutcome, normalizeOutcome, parseOutcome } from "../failure/normalize.ts";
import { type Failure, failure, type Outcome } from "../failure/outcome.ts";
import type { Message } from "../message/message.ts";
import {
  type DeliveryScope,
  looksLikeForwarder,
  type Provider,
  type Send,
  type SendContext,
} from "../provider/provider.ts";
import { type Clock, wallNow } from "../runtime/clock.ts";
import { type Settled, settledWithGrace, settleWithGrace, tryAsync } from "../runtime/wait.ts";
import { attemptRecord } from "./attempt-record.ts";
import { AttemptTimeout, asTimeout } from "./attempt-timeout.ts";
import { CurrentAttempt } from "./hand-over.ts";
import { mergeOutcomes } from "./merge-outcomes.ts";

/** How long a provider may take to answer after its signal aborted, ms. */
const graceMs = 25;
/** How much longer the journal may then take to write the end down, ms. */
const journalGraceMs = 20;
/** How long a provider may take in all to answer after an abort, if it passes messages on to others, ms. */
const passingGraceMs = graceMs + journalGraceMs;

/**
 * The innermost `send` of a link, around the provider itself. Whatever the provider does, this resolves, soon after
 * an abort at the latest, with a sound outcome that fits what is known of the hand-over; and it keeps the journal
 * and tells the observers. A provider that passes the message on to others makes no attempt: theirs stand for it.
 */
export function attemptRunner(provider: Provider, clock: Clock): Send {
  const { id } = provider;
  const site: GuardedProvider = { provider, clock, reportsHandOver: true };

  return (message, context) => {
    const { signal, scope } = context;
    if (signal.aborted) return Promise.resolve(cancelled(id, abortReason(signal)));
    const door = new CurrentAttempt(id, message.id, context, clock);
    if (door.entry.n === 0) return Promise.resolve(cancelled(id, "its link has answered already"));
    if (scope?.journal === undefined) return attempt(site, message, door);
    return journaled(site, message, door, scope.journal);
  };
}

/** What a guard knows of its provider. */
interface GuardedProvider {
  readonly provider: Provider;
  readonly clock: Clock;
  /** A provider that hands messages over without saying so cannot be believed when it falls silent. */
  reportsHandOver: boolean;
}

async function journaled(
  site: GuardedProvider,
  message: Message,
  door: CurrentAttempt,
  journal: Journal,
): Promise<Outcome> {
  const { clock } = site;
  const { signal } = door.context;
  // Whoever has links surely passes the message on: nothing is noted before it turns out otherwise.
  const isQuiet = looksLikeForwarder(site.provider);
  if (journal.open !== undefined && !isQuiet) {
    const opened = await settledWithGrace(
      tryAsync(() => journal.open?.(door.entry)),
      signal,
      clock,
      0,
    );
    door.isVoid = opened.state !== "resolved" || signal.aborted || door.isClosed;
    if (opened.state === "rejected") return cancelled(door.provider, "the journal could not be opened");
    if (opened.state === "abandoned" || signal.aborted) return cancelled(door.provider, abortReason(signal));
    if (door.isClosed) return cancelled(door.provider, abandonReason(signal));
  }
  door.isJournaled = !isQuiet;
  const { entry } = door;
  const outcome = await attempt(site, message, door);
  const wasOwn = !door.forwarded && door.entry === entry;
  if (!isQuiet)
    await closeJournal(journal, entry, wasOwn ? outcome : forwardedOutcome(entry.provider), door, clock);
  if (door.isJournaled && (isQuiet || door.entry !== entry))
    await closeJournal(journal, door.entry, outcome, door, clock);
  return outcome;
}

async function closeJournal(
  journal: Journal,
  entry: JournalEntry,
  outcome: Outcome,
  door: CurrentAttempt,
  clock: Clock,
): Promise<void> {
  const write = async (): Promise<void> => {
    // An abort does not wait for a hand-over that is being written down, but its end comes after it.
    await door.pending?.catch(() => undefined);
    await journal.close?.(entry, outcome);
  };
  const closed = await settledWithGrace(write(), door.context.signal, clock, journalGraceMs);
  if (closed.state !== "resolved") {
    door.observe?.({ type: "journal-lost", at: wallNow(clock), ...entryFields(entry) });
  }
}

function attempt(site: GuardedProvider, message: Message, door: CurrentAttempt): Promise<Outcome> {
  const { clock, provider } = site;
  const { context } = door;
  const { envelope, scope } = context;
  const answer = callProvider(provider, message, {
    envelope,
    signal: context.signal,
    handOver: door.handOver,
    scope: scope === undefined ? undefined : door,
  });
  const passes = door.forwarded || looksLikeForwarder(provider);
  if (!passes) door.reportStart();
  const conclude = (end: Settled<unknown>): Outcome => {
    door.isClosed = true;
    if (door.forwarded) return mergeInner(provider.id, end, door);
    door.reportStart();
    const known = facts(door, site);
    if (end.state === "abandoned" && scope !== undefined) reportLate(answer, known, door.entry, scope, clock);
    const said =
      end.state === "resolved"
        ? normalizeOutcome(provider.id, end.value, envelope.to, known)
        : noAnswer(provider.id, end, context.signal, known);
    const outcome = ownTimeout(said, context.signal);
    if (outcome.success && !door.handedOver) site.reportsHandOver = false;
    door.outcome = outcome;
    record(door, clock, outcome);
    return outcome;
  };
  return settleWithGrace(answer, context.signal, clock, passes ? passingGraceMs : graceMs, conclude, door);
}

/** What attempts within come to, and what whoever passed the message on to them says of it. */
function mergeInner(
  provider: string,
  end: Settled<unknown>,
  { inner = [], context, to }: CurrentAttempt,
): Outcome {
  const { signal } = context;
  for (const one of inner) one.abandon();
  const known = { handedOver: false, refusal: undefined, forwards: true };
  const said = end.state === "resolved" ? parseOutcome(provider, end.value, to, known) : undefined;
  const none = { handedOver: false, maybeHandedOver: false, refusal: undefined };
  const silence =
    end.state === "resolved" ? missingOutcome(provider, false) : noAnswer(provider, end, signal, none);
  return ownTimeout(mergeOutcomes(said, silence, to, inner), signal);
}

function reportLate(
  answer: Promise<unknown>,
  known: HandOverFacts,
  entry: JournalEntry,
  { observe, journal }: DeliveryScope,
  clock: Clock,
): void {
  if (observe === undefined && journal?.late === undefined) return;
  answer
    .then((late) => {
      const outcome = normalizeOutcome(entry.provider, late, entry.recipients, known);
      observe?.({ type: "late", at: wallNow(clock), ...entryFields(entry), outcome });
      return journal?.late?.(entry, outcome);
    })
    .catch(() => undefined);
}

/** A provider that throws before it gives its promise is one that rejects. */
function callProvider(provider: Provider, message: Message, context: SendContext): Promise<unknown> {
  try {
    return Promise.resolve(provider.send(message, context));
  } catch (error) {
    return Promise.reject(error);
  }
}

function cancelled(provider: string, reason: string): Failure {
  return failure({ provider, kind: "cancelled", reason });
}

/** The end of a journal entry whose attempt turned out to be those of others. */
function forwardedOutcome(provider: string): Outcome {
  return failure({ provider, kind: "skipped", reason: "passed on to providers of its own" });
}

function facts({ handedOver, refusal }: CurrentAttempt, { reportsHandOver }: GuardedProvider): HandOverFacts {
  return { handedOver, refusal, maybeHandedOver: handedOver || !reportsHandOver };
}

function noAnswer(
  provider: string,
  end: Settled<unknown>,
  signal: AbortSignal,
  known: HandOverFacts,
): Failure {
  const { handedOver, refusal, maybeHandedOver } = known;
  if (end.state === "rejected") {
    if (!handedOver && refusal !== undefined) return cancelled(provider, refusal);
    // Its message may hold anything, a password included; its name does not.
    const name = end.reason instanceof Error ? end.reason.name : typeof end.reason;
    const reason = `the provider threw ${name} instead of answering`;
    if (maybeHandedOver) return failure({ provider, kind: "unknown", reason });
    return failure({ provider, kind: "transient", again: false, reason });
  }
  const why = abandonReason(signal);
  if (!maybeHandedOver) return cancelled(provider, why);
  return failure({ provider, kind: "unknown", reason: `${why} after the message was handed over` });
}

/** Given up because the attempt's own time was over: that is the provider's doing, not the caller's. */
function ownTimeout(said: Outcome, signal: AbortSignal): Outcome {
  const { reason } = signal;
  return reason instanceof AttemptTimeout ? asTimeout(said, reason) : said;
}

function record(door: CurrentAttempt, clock: Clock, outcome: Outcome): void {
  const { handedOver, entry, context, observe } = door;
  if (context.scope === undefined) return;
  const { attempt: id, messageId, n, provider, at, recipients } = entry;
  const attempt = attemptRecord(
    {
      n,
      id,
      provider,
      at,
      ms: clock.now() - door.began,
      skipped: !outcome.success && outcome.kind === "skipped",
      recipients: recipients.length,
      handedOver: handedOver,
    },
    outcome,
  );
  door.record(attempt, outcome);
  observe?.({ type: "attempt", at: wallNow(clock), message: messageId, provider, attempt, outcome });
}

function entryFields({ messageId, provider, attempt }: JournalEntry) {
  return { message: messageId, provider, attempt };
}

function abandonReason(signal: AbortSignal): string {
  return signal.aborted ? abortReason(signal) : "nobody waited for its answer";
}

function abortReason(signal: AbortSignal): string {
  const { reason } = signal;
  return reason instanceof Error && reason.name !== "AbortError" ? reason.message : "given up by the caller";
}
