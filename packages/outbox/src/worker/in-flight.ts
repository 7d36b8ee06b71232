import { setTimeout as sleep } from "node:timers/promises";
import type { ClaimedMessage } from "../store/claims.ts";
import { chainPause } from "./chain-pause.ts";
import { claimAhead } from "./claim-ahead.ts";
import { type SenderContext, type Sent, sender } from "./send.ts";

/** A message that this worker holds. */
interface Held {
  readonly row: ClaimedMessage;
  readonly lease: string;
  readonly controller: AbortController;
  readonly since: number;
  /** Resolves when it is held no more. */
  readonly done: PromiseWithResolvers<void>;
}

export interface InFlightContext extends SenderContext {
  /** Messages being sent at once. */
  readonly concurrency: number;
  /** Bytes of all of them together. */
  readonly maxBytesInFlight: number;
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

/** No message waits longer than this behind slow ones: another worker may have room. */
const maxWaitMs = 1_000;

export function inFlight(context: InFlightContext): InFlight {
  const { worker, observe, reportError, concurrency, maxBytesInFlight } = context;
  const { send, giveUp, late, abort } = sender(context);
  const ahead = claimAhead(concurrency);
  const pause = chainPause(() => context.onFreed(0));
  const held = new Set<Held>();
  const waiting: Held[] = [];
  let sending = 0;
  let bytes = 0;
  let aborted: string | undefined;

  const startNext = (): void => {
    while (sending < concurrency) {
      const next = waiting.shift();
      if (next === undefined) return;
      void run(next);
    }
  };

  const run = async (one: Held): Promise<void> => {
    try {
      const sent = await sendOne(one);
      await sent.write();
    } catch (error) {
      reportError("sending a message")(error);
      await giveUp(one.row);
    }
    held.delete(one);
    const before = bytes;
    bytes -= one.row.bytes;
    one.done.resolve();
    context.onFreed(before);
  };

  const sendOne = async ({ row, controller: { signal }, done }: Held): Promise<Sent> => {
    const beganAt = Date.now();
    sending += 1;
    try {
      const sent = await send(row, signal, done.promise);
      if (sent.chainClosed !== undefined) pauseChain(sent.chainClosed);
      else if (sent.delivery !== undefined) pause.end();
      // An aborted one took no time at all, and says nothing.
      if (!signal.aborted) ahead.measure(Date.now() - beganAt);
      return sent;
    } finally {
      // The next one is sent while it is being written what became of this one.
      sending -= 1;
      startNext();
    }
  };

  /** They are started aborted, and so go back into the queue at once, for whichever worker has room. */
  const putBack = (reason: string): void => {
    for (const one of waiting.splice(0)) {
      one.controller.abort(new Error(reason));
      void run(one);
    }
  };

  /** One is tried after a while: the chain may have been loaded anew by then. */
  const pauseChain = (error: string): void => {
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
      return ahead.room({ held: held.size, unsent: sending + waiting.length });
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
        observe?.({ type: "lease-lost", at: Date.now(), worker, message: row.id });
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
      abort();
    },
  };
}
