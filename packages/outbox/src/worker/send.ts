import type { Delivery, Observer, WorkerEvent } from "@relais/core";
import { type ClaimedMessage, type KnownRecipients, releaseClaim, writeRecipients } from "../store/claims.ts";
import { type Completion, writeCompletions } from "../store/completions.ts";
import { batch, retryWrite } from "./batching.ts";
import { type DeliveryContext, deliver } from "./deliver.ts";
import { journalWriter, messageJournal } from "./journal.ts";
import { type LateResults, lateResults } from "./late-results.ts";

export interface SenderContext extends Omit<DeliveryContext, "writeRecipients"> {
  readonly observe: Observer<WorkerEvent> | undefined;
  /** @returns reports an error in the background */
  reportError(during: string): (error: unknown) => void;
}

/** Sends claimed messages and writes what became of them, that of many messages together. */
export interface Sender {
  /** @param written resolves when the message is held no more */
  send(row: ClaimedMessage, signal: AbortSignal, written: Promise<void>): Promise<Sent>;
  /** Gives up a claim. Its journal says how far it was. */
  giveUp(row: ClaimedMessage): Promise<void>;
  readonly late: Pick<LateResults, "pending" | "stopWaiting">;
  /** Writes wait a little longer for a database that is away, then no more. */
  abort(): void;
}

/** A message that has been sent, or could not be. */
export interface Sent {
  /** Absent if there was nothing to send. */
  readonly delivery: Delivery | undefined;
  /** Why the chain takes no messages: it is closed. */
  readonly chainClosed: string | undefined;
  /** Writes what became of it. */
  write(): Promise<void>;
}

/** How long writes wait for a database that is away, once everything is aborted. */
const lastWritesMs = 2_000;

export function sender(context: SenderContext): Sender {
  const { database, worker, observe, reportError } = context;
  const writeKnown = batch<KnownRecipients, void>(
    async (known) => {
      await writeRecipients(database, known);
      return known.map(() => undefined);
    },
    { gapMs: 2 },
  );
  const complete = batch((some: readonly Completion[]) => writeCompletions(database, some), { gapMs: 20 });
  const deliveryContext: DeliveryContext = {
    ...context,
    writeRecipients: ({ id, claim }, recipients) => writeKnown({ message: id, claim, recipients }),
  };
  const journals = journalWriter(database);
  const writes = new AbortController();
  const { signal: stopped } = writes;
  const late = lateResults({
    database,
    signal: stopped,
    onApplied({ message, attempt, outcome }, state) {
      const { provider } = outcome;
      observe?.({ type: "late", at: Date.now(), worker, message, provider, attempt, outcome, state });
    },
    onError: reportError("entering a late answer"),
  });

  return {
    async send(row, signal, written) {
      const beganAt = Date.now();
      const journal = messageJournal(row, worker, journals, (result) => late.add(result, written));
      const result = await deliver(row, deliveryContext, journal, signal);
      const { completion, delivery, chainClosed } = result;
      const flush = (): Promise<void> => retryWrite(() => journal.flush(), stopped);
      return {
        delivery,
        chainClosed: chainClosed ? (completion.error ?? "") : undefined,
        async write() {
          try {
            if (!(await retryWrite(() => complete(completion), stopped))) return await flush();
          } catch (error) {
            // The ends of its attempts are written, if they can be.
            await flush().catch(() => undefined);
            throw error;
          }
          observe?.(settledEvent(row, completion, delivery, worker, beganAt));
        },
      };
    },
    giveUp: (row) =>
      retryWrite(() => releaseClaim(database, row), stopped).catch(reportError("giving up a message")),
    late,
    abort() {
      setTimeout(() => writes.abort(), lastWritesMs).unref();
    },
  };
}

function settledEvent(
  { id: message, tenant }: ClaimedMessage,
  { decision, provider, error, possibleDuplicate }: Completion,
  delivery: Delivery | undefined,
  worker: string,
  beganAt: number,
): WorkerEvent {
  const { state, retryAfterMs } = decision;
  const at = Date.now();
  return {
    type: "settled",
    at,
    worker,
    message,
    tenant,
    state,
    provider: state === "sent" || state === "partial" ? provider : undefined,
    error,
    notBefore: retryAfterMs === undefined ? undefined : at + retryAfterMs,
    ms: at - beganAt,
    delivery,
    ...(possibleDuplicate ? { possibleDuplicate } : {}),
  };
}
