import { setTimeout as sleep } from "node:timers/promises";
import { type ClaimedMessage, type KnownRecipients, releaseClaim, writeRecipients } from "../store/claims.ts";
import { type Completion, writeCompletions } from "../store/completions.ts";
import { batch, retryWrite } from "./batching.ts";
import { chainPause } from "./chain-pause.ts";
import { type DeliveryContext, type DeliveryResult, deliver } from "./deliver.ts";
import type { WorkerEvent } from "./events.ts";
import { journalWriter, messageJournal } from "./journal.ts";
import { lateResults } from "./late-results.ts";

/** A message that this worker holds. */
interface Held {
  readonly row: ClaimedMessage;
  readonly lease: string;
  readonly controller: AbortController;
  readonly since: number;
  /** Resolves when it is held no more. */
  readonly done: PromiseWithResolvers<void>;
}

export interface InFlightContext extends Omit<DeliveryContext, "writeRecipients"> {
  /** Messages being sent at once. */
  readonly concurrency: number;
  /** Bytes of all of them together. */
  readonly maxBytesInFlight: number;
  emit(event: WorkerEvent): void;
  /** @returns reports an error in the background */
  reportError(during: string): (error: unknown) => void;
  /** There is room again. @param bytes what was held until then */
  onFreed(bytes: number): void;
}

/** The messages that a worker holds: being sent, being written, and a few that are next. */
export interface InFlight {
  readonly count: number;
  /** How many more may be added. */
  readonly room: number;
  /** And how many more bytes. */
  readonly bytesLeft: number;
  add(row: ClaimedMessage, lease: string): void;
  /** Whether a message is held under a lease. */
  uses(lease: string): boolean;
  /** Aborts what is held under leases that have been lost. */
  abortLost(leases: readonly string[]): void;
  /** Puts back what has waited here too long. */
  putBackLate(): void;
  /** Resolves when nothing is held, and everything is written. */
  drain(): Promise<void>;
  /** Aborts everything: what is not handed over goes back into the queue. */
  abortAll(reason: string): void;
}

/**
 * While deliveries take less than this on average some messages are claimed ahead, many at once, so that the next are
 * there while it is being written what became of the last.
 */
const quickMs = 100;
/** No message waits longer than this behind slow ones: another worker may have room. */
const maxWaitMs = 1_000;
/** Longer than this counts as this: a clock that is set may make it anything. */
const maxDeliveryMs = 10_000;
/** When everything is aborted, writes wait this long for a database that is away. */
const lastWritesMs = 2_000;

export function inFlight(context: InFlightContext): InFlight {
  const { database, worker, emit, reportError, concurrency, maxBytesInFlight } = context;
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
  const late = lateResults({
    database,
    signal: writes.signal,
    onApplied: (message, state) => emit({ type: "late", at: Date.now(), message, state }),
    onError: reportError("entering a late answer"),
  });
  const pause = chainPause(() => context.onFreed(0));
  const held = new Set<Held>();
  const waiting: Held[] = [];
  let sending = 0;
  let bytes = 0;
  let averageMs = Number.POSITIVE_INFINITY;
  let aborted: string | undefined;

  const startNext = (): void => {
    while (sending < concurrency) {
      const next = waiting.shift();
      if (next === undefined) return;
      void run(next);
    }
  };

  const run = async (one: Held): Promise<void> => {
    sending += 1;
    try {
      const write = await send(one).finally(() => {
        // The next one is sent while it is being written what became of this one.
        sending -= 1;
        startNext();
      });
      await write();
    } catch (error) {
      reportError("sending a message")(error);
      // Its journal says how far it was.
      await retryWrite(() => releaseClaim(database, one.row), writes.signal).catch(
        reportError("giving up a message"),
      );
    }
    held.delete(one);
    const before = bytes;
    bytes -= one.row.bytes;
    one.done.resolve();
    context.onFreed(before);
  };

  /** @returns writes what became of it */
  const send = async ({ row, controller: { signal }, done }: Held): Promise<() => Promise<void>> => {
    const began = Date.now();
    const journal = messageJournal(row, worker, journals, (result) => late.add(result, done.promise));
    const { completion, delivery, chainClosed } = await deliver(row, deliveryContext, journal, signal);
    if (chainClosed) pauseChain(completion.error);
    else if (delivery !== undefined) pause.end();
    const ms = Math.min(Math.max(0, Date.now() - began), maxDeliveryMs);
    // An aborted one took no time at all, and says nothing.
    if (!signal.aborted) averageMs = Number.isFinite(averageMs) ? averageMs * 0.9 + ms * 0.1 : ms;

    const flush = (): Promise<void> => retryWrite(() => journal.flush(), writes.signal);
    return async () => {
      try {
        const written = await retryWrite(() => complete(completion), writes.signal);
        if (written) emit(settledEvent(row, completion, began, delivery));
        else await flush();
      } catch (error) {
        // The ends of its attempts are written, if they can be.
        await flush().catch(() => undefined);
        throw error;
      }
    };
  };

  /** They are started aborted, and so go back into the queue at once, for whichever worker has room. */
  const putBack = (reason: string): void => {
    for (const one of waiting.splice(0)) {
      one.controller.abort(new Error(reason));
      void run(one);
    }
  };

  /** One is tried after a while: the chain may have been loaded anew by then. */
  const pauseChain = (error = ""): void => {
    if (pause.begin()) reportError("sending")(new Error(`the chain takes no messages: ${error}`));
    putBack("the chain takes no messages");
  };

  return {
    get count() {
      return held.size;
    },
    get bytesLeft() {
      return maxBytesInFlight - bytes;
    },
    get room() {
      if (pause.limit !== undefined) return pause.limit - held.size;
      // Also where ends cannot be written at the moment: what is handed over without one is unknown after a crash.
      if (held.size > 2 * concurrency) return 0;
      return averageMs >= quickMs ? concurrency - sending - waiting.length : 4 * concurrency - held.size;
    },
    add(row, lease) {
      const controller = new AbortController();
      if (aborted !== undefined) controller.abort(new Error(aborted));
      const one: Held = { row, lease, controller, since: Date.now(), done: Promise.withResolvers() };
      held.add(one);
      bytes += row.bytes;
      waiting.push(one);
      startNext();
    },
    uses: (lease) => [...held].some((one) => one.lease === lease),
    abortLost(leases) {
      for (const { row, lease, controller } of held) {
        if (!leases.includes(lease)) continue;
        emit({ type: "lease-lost", at: Date.now(), message: row.id });
        controller.abort(new Error("the lease was lost"));
      }
    },
    putBackLate() {
      const since = waiting[0]?.since ?? Number.POSITIVE_INFINITY;
      if (since < Date.now() - maxWaitMs) putBack("it waited too long");
    },
    async drain() {
      late.stopWaiting();
      while (held.size > 0 || late.pending > 0) await sleep(5);
    },
    abortAll(reason) {
      aborted = reason;
      putBack(reason);
      for (const { controller } of held) controller.abort(new Error(reason));
      setTimeout(() => writes.abort(), lastWritesMs).unref();
    },
  };
}

function settledEvent(
  row: ClaimedMessage,
  { decision, provider, error, possibleDuplicate }: Completion,
  began: number,
  delivery: DeliveryResult["delivery"],
): WorkerEvent {
  const { state, retryAfterMs } = decision;
  const at = Date.now();
  return {
    type: "settled",
    at,
    message: row.id,
    tenant: row.tenant,
    state,
    provider: state === "sent" || state === "partial" ? provider : undefined,
    error,
    notBefore: retryAfterMs === undefined ? undefined : at + retryAfterMs,
    ms: at - began,
    delivery,
    ...(possibleDuplicate ? { possibleDuplicate } : {}),
  };
}
