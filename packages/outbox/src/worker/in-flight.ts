import { setTimeout as pause } from "node:timers/promises";
import { journalWrites } from "../store/attempts.ts";
import { abandon, type Claimed, knownRecipients } from "../store/claims.ts";
import { type Finish, finisher } from "../store/completions.ts";
import { persist } from "./batching.ts";
import { type Delivered, type DeliverySite, deliverOne } from "./deliver.ts";
import type { WorkerEvent } from "./events.ts";
import { attemptJournal } from "./journal.ts";
import { enterLate, type LateAnswer } from "./late-results.ts";
import { resting } from "./resting.ts";

/** A message that this worker holds. */
interface Held {
  readonly row: Claimed;
  readonly lease: string;
  readonly controller: AbortController;
  readonly since: number;
  /** Resolves when it is held no more. */
  readonly over: PromiseWithResolvers<void>;
}

/** Writes what became of a message. */
type Written = () => Promise<void>;

/** What the hands of a worker are given. */
export interface HandsSite extends Omit<DeliverySite, "known"> {
  /** Messages under way at once. */
  readonly concurrency: number;
  /** Bytes of all of them together. */
  readonly maxBytesInFlight: number;
  tell(event: WorkerEvent): void;
  /** What tells of an error in the background. */
  failed(during: string): (error: unknown) => void;
  /** A hand is free again. @param bytes what was held until then */
  freed(bytes: number): void;
}

/** The messages that a worker holds: under way, and a few that are next. */
export interface Hands {
  readonly busy: number;
  /** How many more it may be given. */
  readonly room: number;
  /** And how many more bytes. */
  readonly bytesLeft: number;
  take(row: Claimed, lease: string): void;
  /** Whether something is held under a lease. */
  holds(lease: string): boolean;
  /** Gives up what is held under leases that have been lost. */
  lose(leases: readonly string[]): void;
  /** Puts back what has waited here too long. */
  letGo(): void;
  /** Resolves when nothing is held, and everything written. */
  empty(): Promise<void>;
  /** Gives up all that is held: what is not handed over goes back. */
  giveUp(reason: string): void;
}

/**
 * While messages take less than this on average some are claimed ahead, many at once, so that the next are there when a
 * hand is free, and while it is being written what became of the last.
 */
const quickMs = 100;
/** Nobody waits longer than this behind messages that turned out slow: another worker may be free. */
const longestWaitMs = 1_000;
/** Longer than this is slow, by whatever clock. */
const longestMs = 10_000;
/** How often it is looked whether a message that is being sent again, by whomever, is over. */
const sentAgainMs = 200;

export function hands(site: HandsSite): Hands {
  const { database, worker, tell, failed, concurrency, maxBytesInFlight } = site;
  const deliverySite: DeliverySite = { ...site, known: knownRecipients(database) };
  const held = new Set<Held>();
  const ahead: Held[] = [];
  const endings = new Set<Promise<unknown>>();
  const writes = journalWrites(database);
  const finish = finisher(database);
  const whole = new AbortController();
  let running = 0;
  let emptying = false;
  let givenUp: string | undefined;
  let usualMs = Number.POSITIVE_INFINITY;
  let bytes = 0;
  const rest = resting(() => site.freed(0));

  const loose = (work: Promise<unknown>, during: string): void => {
    const done = work.catch(failed(during)).finally(() => endings.delete(done));
    endings.add(done);
  };
  const enter = async (answer: LateAnswer): Promise<void> => {
    for (;;) {
      const waits = !emptying;
      const state = await persist(() => enterLate(database, answer, waits), whole.signal);
      if (state !== "sending" || !waits) {
        if (state !== undefined) tell({ type: "late", at: Date.now(), message: answer.message, state });
        return;
      }
      await pause(sentAgainMs);
    }
  };

  const send = async ({ row, controller, over }: Held): Promise<Written> => {
    const began = Date.now();
    // Entered when the end of its message is there: before, there is nothing yet that it could settle.
    const late = (answer: LateAnswer): void =>
      loose(
        over.promise.then(() => enter(answer)),
        "entering a late answer",
      );
    const journal = attemptJournal(row, { worker, writes, late });
    const delivered = await deliverOne(row, deliverySite, journal, controller.signal);
    const { finish: what, delivery } = delivered;
    if (delivered.turnedAway) turnedAway(what.error);
    else if (delivery !== undefined) rest.over();
    // A clock that is set may make it anything.
    const ms = Math.min(Math.max(0, Date.now() - began), longestMs);
    // What was put back took no time at all, and says nothing.
    if (!controller.signal.aborted) usualMs = Number.isFinite(usualMs) ? usualMs * 0.9 + ms * 0.1 : ms;
    const flush = (): Promise<void> => persist(() => journal.flush(), whole.signal);
    return async () => {
      try {
        if (await persist(() => finish(what), whole.signal)) tell(settled(row, what, began, delivery));
        else await flush();
      } catch (error) {
        // What its attempts came to is written, if it can be.
        await flush().catch(() => undefined);
        throw error;
      }
    };
  };

  const start = (one: Held): void => {
    running += 1;
    send(one)
      // The hand is free for the next while it is written what became of this one.
      .finally(() => {
        running -= 1;
        next();
      })
      .then((write) => write())
      .catch((error: unknown) => {
        failed("sending a message")(error);
        // Its journal says how far it came.
        return persist(() => abandon(database, one.row), whole.signal);
      })
      .catch(failed("giving up a message"))
      .finally(() => {
        held.delete(one);
        const before = bytes;
        bytes -= one.row.bytes;
        one.over.resolve();
        site.freed(before);
      });
  };
  const next = (): void => {
    while (running < concurrency) {
      const one = ahead.shift();
      if (one === undefined) return;
      start(one);
    }
  };
  /** Started with its end: it goes back into the queue at once, for whoever is free. */
  const putBack = (reason: string): void => {
    for (const one of ahead.splice(0)) {
      one.controller.abort(new Error(reason));
      start(one);
    }
  };

  /** One is tried after a while: the chain may be another one by then, read anew. */
  const turnedAway = (error = ""): void => {
    if (rest.begin()) failed("sending")(new Error(`the chain takes no messages: ${error}`));
    putBack("the chain takes no messages");
  };

  return {
    get busy() {
      return held.size;
    },
    get bytesLeft() {
      return maxBytesInFlight - bytes;
    },
    get room() {
      if (rest.room !== undefined) return rest.room - held.size;
      // Also where ends cannot be written at the moment: what is handed over without one is unknown after a crash.
      if (held.size > 2 * concurrency) return 0;
      return usualMs >= quickMs ? concurrency - running - ahead.length : 4 * concurrency - held.size;
    },
    take(row, lease) {
      const one: Held = {
        row,
        lease,
        controller: new AbortController(),
        since: Date.now(),
        over: Promise.withResolvers(),
      };
      if (givenUp !== undefined) one.controller.abort(new Error(givenUp));
      held.add(one);
      bytes += row.bytes;
      ahead.push(one);
      next();
    },
    holds: (lease) => [...held].some((one) => one.lease === lease),
    lose(leases) {
      for (const { row, lease, controller } of held) {
        if (!leases.includes(lease)) continue;
        tell({ type: "lease-lost", at: Date.now(), message: row.id });
        controller.abort(new Error("the lease was lost"));
      }
    },
    letGo() {
      if ((ahead[0]?.since ?? Number.POSITIVE_INFINITY) < Date.now() - longestWaitMs)
        putBack("it waited too long");
    },
    async empty() {
      emptying = true;
      while (held.size > 0 || endings.size > 0) await pause(5);
    },
    giveUp(reason) {
      givenUp = reason;
      putBack(reason);
      for (const { controller } of held) controller.abort(new Error(reason));
      // Writes that wait for the database to come back wait a last moment.
      setTimeout(() => whole.abort(), 2_000).unref();
    },
  };
}

function settled(row: Claimed, finish: Finish, began: number, delivery: Delivered["delivery"]): WorkerEvent {
  const { state, retryAfterMs } = finish.settlement;
  const { provider, error, possibleDuplicate } = finish;
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
