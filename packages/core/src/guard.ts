import { attemptId, attemptRecord } from "./attempt-record.ts";
import { AttemptTimeout } from "./attempt-timeout.ts";
import type { Clock } from "./clock.ts";
import type { Observer } from "./event.ts";
import { type Gate, gate } from "./gate.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { failure } from "./make-outcome.ts";
import type { Message } from "./message/message.ts";
import type { Outcome } from "./outcome.ts";
import type { Send } from "./policy.ts";
import type { Provider, SendContext } from "./provider.ts";
import { type Settled, settle, settled } from "./settled.ts";
import { soundOutcome } from "./sound-outcome.ts";
import { type Stop, stopBehind, withStop } from "./stop.ts";

/** How long a provider may take to answer after its signal aborted, ms. */
export const graceMs = 25;

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
  if (journal.open !== undefined) {
    const opened = await settled(journal.open(entry), stop, site.clock, 0);
    if (opened.state === "rejected") return cancelled(entry.provider, "the journal could not be opened");
    if (opened.state === "abandoned" || signal.aborted) return cancelled(entry.provider, abortReason(signal));
  }
  const outcome = await attempt(site, message, context, entry, stop);
  if (journal.close !== undefined) {
    await journal.close(entry, outcome).catch(() => {
      context.scope?.observe?.({ type: "journal-lost", at: site.clock.now(), ...about(entry) });
    });
  }
  return outcome;
}

function attempt(
  site: Site,
  message: Message,
  context: SendContext,
  entry: JournalEntry,
  stop: Stop,
): Promise<Outcome> {
  const { clock, provider } = site;
  const { envelope, scope } = context;
  const tell = scope?.observe;
  tell?.({ type: "attempt-start", at: entry.at, n: entry.n, ...about(entry) });
  const door = gate(
    entry,
    context,
    tell && (() => tell({ type: "hand-over", at: clock.now(), ...about(entry) })),
  );
  const answer = ask(provider, message, withStop(envelope, door.handOver, scope, stop));
  return settle(answer, stop, clock, graceMs, (end) => {
    door.isShut = true;
    if (end.state === "abandoned" && tell !== undefined) tellLate(answer, door, entry, tell, clock);
    const said =
      end.state === "resolved"
        ? soundOutcome(provider.id, end.value, envelope.to, door)
        : noAnswer(provider.id, end, context.signal, door.crossed || !site.keepsHandOver);
    const outcome = ownTimeout(said, context.signal);
    if (outcome.success && !door.crossed) site.keepsHandOver = false;
    record(entry, door, clock.now(), outcome, context);
    return outcome;
  });
}

function tellLate(
  answer: Promise<unknown>,
  door: Gate,
  entry: JournalEntry,
  tell: Observer,
  clock: Clock,
): void {
  answer.then(
    (late) => {
      const outcome = soundOutcome(entry.provider, late, entry.recipients, door);
      tell({ type: "late", at: clock.now(), ...about(entry), outcome });
    },
    () => undefined,
  );
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

/** @param maybe whether the message may be on its way */
function noAnswer(provider: string, end: Settled<unknown>, signal: AbortSignal, maybe: boolean): Outcome {
  if (end.state === "rejected") {
    // Its message may hold anything, a password included; its name does not.
    const name = end.reason instanceof Error ? end.reason.name : typeof end.reason;
    const reason = `the provider threw ${name} instead of answering`;
    if (maybe) return failure({ provider, kind: "unknown", reason });
    return failure({ provider, kind: "transient", again: false, reason });
  }
  const why = abortReason(signal);
  return maybe
    ? failure({ provider, kind: "unknown", reason: `${why} after the message was handed over` })
    : cancelled(provider, why);
}

/** Given up because the attempt's own time was over: that is the provider's doing, not the caller's. */
function ownTimeout(said: Outcome, signal: AbortSignal): Outcome {
  const { reason } = signal;
  if (said.success || said.kind !== "cancelled" || !(reason instanceof AttemptTimeout)) return said;
  return failure({ provider: said.provider, kind: "transient", code: "timeout", reason: reason.message });
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

function about({ messageId, provider, attempt }: JournalEntry) {
  return { message: messageId, provider, attempt };
}

function abortReason(signal: AbortSignal): string {
  const { reason } = signal;
  return reason instanceof Error && reason.name !== "AbortError" ? reason.message : "given up by the caller";
}
