import type { Journal, JournalEntry } from "../events/journal.ts";
import { type HandOverFacts, noOutcome, readOutcome, soundOutcome } from "../failure/normalize.ts";
import { type Failure, failure, type Outcome } from "../failure/outcome.ts";
import type { Message } from "../message/message.ts";
import {
  type DeliveryScope,
  looksPassing,
  type Provider,
  type Send,
  type SendContext,
} from "../provider/provider.ts";
import { type Clock, wallNow } from "../runtime/clock.ts";
import { inPromise, type Settled, settle, settled } from "../runtime/wait.ts";
import { attemptRecord } from "./attempt-record.ts";
import { AttemptTimeout, outOfTime } from "./attempt-timeout.ts";
import { Gate } from "./hand-over.ts";
import { reconcile } from "./merge-outcomes.ts";

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
export function guard(provider: Provider, clock: Clock): Send {
  const { id } = provider;
  const site: Site = { provider, clock, keepsHandOver: true };

  return (message, context) => {
    const { signal, scope } = context;
    if (signal.aborted) return Promise.resolve(cancelled(id, abortReason(signal)));
    const door = new Gate(id, message.id, context, clock);
    if (door.entry.n === 0) return Promise.resolve(cancelled(id, "its link has answered already"));
    if (scope?.journal === undefined) return attempt(site, message, door);
    return journaled(site, message, door, scope.journal);
  };
}

/** What a guard knows of its provider. */
interface Site {
  readonly provider: Provider;
  readonly clock: Clock;
  /** A provider that hands messages over without saying so cannot be believed when it falls silent. */
  keepsHandOver: boolean;
}

async function journaled(site: Site, message: Message, door: Gate, journal: Journal): Promise<Outcome> {
  const { clock } = site;
  const { signal } = door.context;
  // Whoever has links surely passes the message on: nothing is noted before it turns out otherwise.
  const isQuiet = looksPassing(site.provider);
  if (journal.open !== undefined && !isQuiet) {
    const opened = await settled(
      inPromise(() => journal.open?.(door.entry)),
      signal,
      clock,
      0,
    );
    door.isVoid = opened.state !== "resolved" || signal.aborted || door.isShut;
    if (opened.state === "rejected") return cancelled(door.provider, "the journal could not be opened");
    if (opened.state === "abandoned" || signal.aborted) return cancelled(door.provider, abortReason(signal));
    if (door.isShut) return cancelled(door.provider, givenUp(signal));
  }
  door.isOpen = !isQuiet;
  const { entry } = door;
  const outcome = await attempt(site, message, door);
  const wasOwn = !door.passedOn && door.entry === entry;
  if (!isQuiet) await close(journal, entry, wasOwn ? outcome : passedOn(entry.provider), door, clock);
  if (door.isOpen && (isQuiet || door.entry !== entry))
    await close(journal, door.entry, outcome, door, clock);
  return outcome;
}

async function close(
  journal: Journal,
  entry: JournalEntry,
  outcome: Outcome,
  door: Gate,
  clock: Clock,
): Promise<void> {
  const write = async (): Promise<void> => {
    // An abort does not wait for a hand-over that is being written down, but its end comes after it.
    await door.crossing?.catch(() => undefined);
    await journal.close?.(entry, outcome);
  };
  const closed = await settled(write(), door.context.signal, clock, journalGraceMs);
  if (closed.state !== "resolved") {
    door.observe?.({ type: "journal-lost", at: wallNow(clock), ...about(entry) });
  }
}

function attempt(site: Site, message: Message, door: Gate): Promise<Outcome> {
  const { clock, provider } = site;
  const { context } = door;
  const { envelope, scope } = context;
  const answer = ask(provider, message, {
    envelope,
    signal: context.signal,
    handOver: door.handOver,
    scope: scope === undefined ? undefined : door,
  });
  const passes = door.passedOn || looksPassing(provider);
  if (!passes) door.tellStart();
  const conclude = (end: Settled<unknown>): Outcome => {
    door.isShut = true;
    if (door.passedOn) return together(provider.id, end, door);
    door.tellStart();
    const known = facts(door, site);
    if (end.state === "abandoned" && scope !== undefined) tellLate(answer, known, door.entry, scope, clock);
    const said =
      end.state === "resolved"
        ? soundOutcome(provider.id, end.value, envelope.to, known)
        : noAnswer(provider.id, end, context.signal, known);
    const outcome = ownTimeout(said, context.signal);
    if (outcome.success && !door.crossed) site.keepsHandOver = false;
    door.outcome = outcome;
    record(door, clock, outcome);
    return outcome;
  };
  return settle(answer, context.signal, clock, passes ? passingGraceMs : graceMs, conclude, door);
}

/** What attempts within come to, and what whoever passed the message on to them says of it. */
function together(provider: string, end: Settled<unknown>, { inner = [], context, to }: Gate): Outcome {
  const { signal } = context;
  for (const one of inner) one.abandon();
  const known = { crossed: false, refusal: undefined, names: true };
  const said = end.state === "resolved" ? readOutcome(provider, end.value, to, known) : undefined;
  const none = { crossed: false, maybe: false, refusal: undefined };
  const silence =
    end.state === "resolved" ? noOutcome(provider, false) : noAnswer(provider, end, signal, none);
  return ownTimeout(reconcile(said, silence, to, inner), signal);
}

function tellLate(
  answer: Promise<unknown>,
  known: HandOverFacts,
  entry: JournalEntry,
  { observe, journal }: DeliveryScope,
  clock: Clock,
): void {
  if (observe === undefined && journal?.late === undefined) return;
  answer
    .then((late) => {
      const outcome = soundOutcome(entry.provider, late, entry.recipients, known);
      observe?.({ type: "late", at: wallNow(clock), ...about(entry), outcome });
      return journal?.late?.(entry, outcome);
    })
    .catch(() => undefined);
}

/** A provider that throws before it gives its promise is one that rejects. */
function ask(provider: Provider, message: Message, context: SendContext): Promise<unknown> {
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
function passedOn(provider: string): Outcome {
  return failure({ provider, kind: "skipped", reason: "passed on to providers of its own" });
}

function facts({ crossed, refusal }: Gate, { keepsHandOver }: Site): HandOverFacts {
  return { crossed, refusal, maybe: crossed || !keepsHandOver };
}

function noAnswer(
  provider: string,
  end: Settled<unknown>,
  signal: AbortSignal,
  known: HandOverFacts,
): Failure {
  const { crossed, refusal, maybe } = known;
  if (end.state === "rejected") {
    if (!crossed && refusal !== undefined) return cancelled(provider, refusal);
    // Its message may hold anything, a password included; its name does not.
    const name = end.reason instanceof Error ? end.reason.name : typeof end.reason;
    const reason = `the provider threw ${name} instead of answering`;
    if (maybe) return failure({ provider, kind: "unknown", reason });
    return failure({ provider, kind: "transient", again: false, reason });
  }
  const why = givenUp(signal);
  if (!maybe) return cancelled(provider, why);
  return failure({ provider, kind: "unknown", reason: `${why} after the message was handed over` });
}

/** Given up because the attempt's own time was over: that is the provider's doing, not the caller's. */
function ownTimeout(said: Outcome, signal: AbortSignal): Outcome {
  const { reason } = signal;
  return reason instanceof AttemptTimeout ? outOfTime(said, reason) : said;
}

function record(door: Gate, clock: Clock, outcome: Outcome): void {
  const { crossed, entry, context, observe } = door;
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
      handedOver: crossed,
    },
    outcome,
  );
  door.record(attempt, outcome);
  observe?.({ type: "attempt", at: wallNow(clock), message: messageId, provider, attempt, outcome });
}

function about({ messageId, provider, attempt }: JournalEntry) {
  return { message: messageId, provider, attempt };
}

function givenUp(signal: AbortSignal): string {
  return signal.aborted ? abortReason(signal) : "nobody waited for its answer";
}

function abortReason(signal: AbortSignal): string {
  const { reason } = signal;
  return reason instanceof Error && reason.name !== "AbortError" ? reason.message : "given up by the caller";
}
