import { attemptId, attemptRecord } from "./attempt-record.ts";
import type { Clock } from "./clock.ts";
import { gate } from "./gate.ts";
import type { JournalEntry } from "./journal.ts";
import { failure } from "./make-outcome.ts";
import type { Outcome } from "./outcome.ts";
import type { Send } from "./policy.ts";
import type { Provider } from "./provider.ts";
import { settled } from "./settled.ts";
import { soundOutcome } from "./sound-outcome.ts";

/** How long a provider may take to answer after its signal aborted, ms. */
export const graceMs = 25;

/**
 * The innermost `send` of a link, around the provider itself. Whatever the provider does, this resolves, soon after
 * an abort at the latest, with a sound outcome that fits what is known of the hand-over; and it keeps the journal
 * and tells the observers.
 */
export function guard(provider: Provider, clock: Clock): Send {
  const { id } = provider;
  // A provider that hands messages over without saying so cannot be believed when it falls silent.
  let keepsHandOver = true;

  return async (message, context) => {
    const { signal, envelope, scope } = context;
    const cancelled = (reason: string) => failure({ provider: id, kind: "cancelled", reason });
    if (signal.aborted) return cancelled(abortReason(signal));

    const at = clock.now();
    const entry: JournalEntry = {
      attempt: attemptId(),
      messageId: message.id,
      provider: id,
      n: scope?.nextAttempt() ?? 1,
      at,
      recipients: envelope.to,
    };
    const tell = scope?.observe;
    const journal = scope?.journal;
    if (journal?.open !== undefined) {
      const opened = await settled(journal.open(entry), signal, clock, 0);
      if (opened.state !== "resolved") {
        return cancelled(
          opened.state === "rejected" ? "the journal could not be opened" : abortReason(signal),
        );
      }
    }
    tell?.({
      type: "attempt-start",
      at,
      message: message.id,
      provider: id,
      attempt: entry.attempt,
      n: entry.n,
    });

    const door = gate(entry, context, () => {
      tell?.({
        type: "hand-over",
        at: clock.now(),
        message: message.id,
        provider: id,
        attempt: entry.attempt,
      });
    });
    const answer = callProvider(provider, message, { envelope, signal, handOver: door.handOver });
    const end = await settled(answer, signal, clock, graceMs);
    door.shut();
    const maybe = door.crossed || !keepsHandOver;

    let outcome: Outcome;
    if (end.state === "resolved") {
      outcome = soundOutcome(id, end.value, envelope.to, { crossed: door.crossed, refused: door.refusal });
      if (outcome.success && !door.crossed) keepsHandOver = false;
    } else if (end.state === "rejected") {
      // Its message may hold anything, a password included; its name does not.
      const name = end.reason instanceof Error ? end.reason.name : typeof end.reason;
      const reason = `the provider threw ${name} instead of answering`;
      outcome = maybe
        ? failure({ provider: id, kind: "unknown", reason })
        : failure({ provider: id, kind: "transient", again: false, reason });
    } else {
      outcome = maybe
        ? failure({
            provider: id,
            kind: "unknown",
            reason: `${abortReason(signal)} after the message was handed over`,
          })
        : cancelled(abortReason(signal));
      answer.then(
        (late) => {
          const truth = soundOutcome(id, late, envelope.to, { crossed: door.crossed, refused: door.refusal });
          tell?.({
            type: "late",
            at: clock.now(),
            message: message.id,
            provider: id,
            attempt: entry.attempt,
            outcome: truth,
          });
        },
        () => undefined,
      );
    }

    const ms = clock.now() - at;
    const facts = {
      n: entry.n,
      id: entry.attempt,
      provider: id,
      at,
      ms,
      skipped: false,
      recipients: envelope.to.length,
    };
    const attempt = attemptRecord({ ...facts, handedOver: door.crossed }, outcome);
    scope?.record(attempt, outcome);
    tell?.({ type: "attempt", at: at + ms, message: message.id, provider: id, attempt, outcome });
    if (journal?.close !== undefined) {
      await journal.close(entry, outcome).catch(() => {
        tell?.({
          type: "journal-lost",
          at: clock.now(),
          message: message.id,
          provider: id,
          attempt: entry.attempt,
        });
      });
    }
    return outcome;
  };
}

/** A provider that throws before it gives its promise is one that rejects. */
async function callProvider(provider: Provider, ...args: Parameters<Provider["send"]>): Promise<unknown> {
  return provider.send(...args);
}

function abortReason(signal: AbortSignal): string {
  const { reason } = signal;
  return reason instanceof Error && reason.name !== "AbortError" ? reason.message : "given up by the caller";
}
