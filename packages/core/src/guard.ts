import { attemptId, attemptRecord } from "./attempt-record.ts";
import { AttemptTimeout, outOfTime } from "./attempt-timeout.ts";
import type { Clock } from "./clock.ts";
import { type Gate, gate } from "./gate.ts";
import { inPromise } from "./in-promise.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { failure } from "./make-outcome.ts";
import type { Message } from "./message/message.ts";
import type { Outcome } from "./outcome.ts";
import type { Send } from "./policy.ts";
import type { Provider, SendContext } from "./provider.ts";
import type { DeliveryScope } from "./scope.ts";
import { type Settled, settle, settled } from "./settled.ts";
import { type HandOverFacts, soundOutcome } from "./sound-outcome.ts";
import { type Stop, stopBehind, withStop } from "./stop.ts";

/** How long a provider may take to answer after its signal aborted, ms. */
const graceMs = 25;
/** How much longer the journal may then take to write the end down, ms. */
const journalGraceMs = 20;

/**
 * The innermost `send` of a link, around the provider itself. Whatever the provider does, this resolves, soon after
 * an abort at the latest, with a sound outcome that fits what is known of the hand-over; and it keeps the journal
 * and tells the observers.
 */
export function guard(provider: Provider, clock: Clock): Send {
  const { id } = provider;
  const site: Site = { provider, clock, keepsHandOver: true };

  return (message, context) => {
    const { signal, envelope, scope } = context;
    if (signal.aborted) return Promise.resolve(cancelled(id, abortReason(signal)));
    const at = clock.now();
    const n = scope?.nextAttempt() ?? 1;
    const entry: JournalEntry = {
      attempt: attemptId(),
      messageId: message.id,
      provider: id,
      n,
      at,
      recipients: envelope.to,
    };
    const stop = stopBehind(context);
    if (scope?.journal === undefined) return attempt(site, message, context, entry, stop);
    return journaled(site, message, context, entry, stop, scope.journal);
  };
}

/** What a guard knows of its provider. */
interface Site {
  readonly provider: Provider;
  readonly clock: Clock;
  /** A provider that hands messages over without saying so cannot be believed when it falls silent. */
  keepsHandOver: boolean;
}

async function journaled(
  site: Site,
  message: Message,
  context: SendContext,
  entry: JournalEntry,
  stop: Stop,
  journal: Journal,
): Promise<Outcome> {
  const { signal } = context;
  const { clock } = site;
  if (journal.open !== undefined) {
    const opened = await settled(
      inPromise(() => journal.open?.(entry)),
      stop,
      clock,
      0,
    );
    if (opened.state === "rejected") return cancelled(entry.provider, "the journal could not be opened");
    if (opened.state === "abandoned" || signal.aborted) return cancelled(entry.provider, abortReason(signal));
  }
  const door = gateFor(entry, context, clock);
  const outcome = await attempt(site, message, context, entry, stop, door);
  const close = async (): Promise<void> => {
    // An abort does not wait for a hand-over that is being written down, but its end comes after it.
    await door.crossing?.catch(() => undefined);
    await journal.close?.(entry, outcome);
  };
  const closed = await settled(close(), stop, clock, journalGraceMs);
  if (closed.state !== "resolved") {
    context.scope?.observe?.({ type: "journal-lost", at: clock.now(), ...about(entry) });
  }
  return outcome;
}

function gateFor(entry: JournalEntry, context: SendContext, clock: Clock): Gate {
  const tell = context.scope?.observe;
  return gate(entry, context, tell && (() => tell(handedOver(entry, clock.now()))));
}

function attempt(
  site: Site,
  message: Message,
  context: SendContext,
  entry: JournalEntry,
  stop: Stop,
  door: Gate = gateFor(entry, context, site.clock),
): Promise<Outcome> {
  const { clock, provider } = site;
  const { envelope, scope } = context;
  const tell = scope?.observe;
  tell?.({
    type: "attempt-start",
    at: entry.at,
    message: entry.messageId,
    provider: entry.provider,
    attempt: entry.attempt,
    n: entry.n,
  });
  const answer = ask(provider, message, withStop(envelope, door.handOver, scope, stop));
  return settle(answer, stop, clock, graceMs, (end) => {
    door.isShut = true;
    const known = facts(door, site);
    if (end.state === "abandoned" && scope !== undefined) tellLate(answer, known, entry, scope, clock);
    const said =
      end.state === "resolved"
        ? soundOutcome(provider.id, end.value, envelope.to, known)
        : noAnswer(provider.id, end, context.signal, known);
    const outcome = ownTimeout(said, context.signal);
    if (outcome.success && !door.crossed) site.keepsHandOver = false;
    record(entry, door, clock.now(), outcome, context);
    return outcome;
  });
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
      observe?.({ type: "late", at: clock.now(), ...about(entry), outcome });
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

function cancelled(provider: string, reason: string): Outcome {
  return failure({ provider, kind: "cancelled", reason });
}

function facts({ crossed, refusal }: Gate, { keepsHandOver }: Site): HandOverFacts {
  return { crossed, refusal, maybe: crossed || !keepsHandOver };
}

function noAnswer(
  provider: string,
  end: Settled<unknown>,
  signal: AbortSignal,
  known: HandOverFacts,
): Outcome {
  const { crossed, refusal, maybe } = known;
  if (end.state === "rejected") {
    if (!crossed && refusal !== undefined) return cancelled(provider, refusal);
    // Its message may hold anything, a password included; its name does not.
    const name = end.reason instanceof Error ? end.reason.name : typeof end.reason;
    const reason = `the provider threw ${name} instead of answering`;
    if (maybe) return failure({ provider, kind: "unknown", reason });
    return failure({ provider, kind: "transient", again: false, reason });
  }
  const why = abortReason(signal);
  if (!maybe) return cancelled(provider, why);
  return failure({ provider, kind: "unknown", reason: `${why} after the message was handed over` });
}

/** Given up because the attempt's own time was over: that is the provider's doing, not the caller's. */
function ownTimeout(said: Outcome, signal: AbortSignal): Outcome {
  const { reason } = signal;
  return reason instanceof AttemptTimeout ? outOfTime(said, reason) : said;
}

function record(entry: JournalEntry, door: Gate, now: number, outcome: Outcome, context: SendContext): void {
  const { scope } = context;
  if (scope === undefined) return;
  const { attempt: id, n, provider, at, recipients } = entry;
  const facts = {
    n,
    id,
    provider,
    at,
    ms: now - at,
    skipped: false,
    recipients: recipients.length,
    handedOver: door.crossed,
  };
  const attempt = attemptRecord(facts, outcome);
  scope.record(attempt, outcome);
  scope.observe?.({ type: "attempt", at: now, message: entry.messageId, provider, attempt, outcome });
}

function handedOver({ messageId, provider, attempt }: JournalEntry, at: number) {
  return { type: "hand-over", at, message: messageId, provider, attempt } as const;
}

function about({ messageId, provider, attempt }: JournalEntry) {
  return { message: messageId, provider, attempt };
}

function abortReason(signal: AbortSignal): string {
  const { reason } = signal;
  return reason instanceof Error && reason.name !== "AbortError" ? reason.message : "given up by the caller";
}
