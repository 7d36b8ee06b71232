import type { PoolSettings } from "../options/options.ts";
import { explainError } from "../replies/classify.ts";
import { hourMs } from "../replies/durations.ts";
import type { Connection } from "./connection.ts";
import type { Slot } from "./connection-slots.ts";

/** How messages come by connections, and give them back. */
export interface ConnectionPool {
  /** An idle connection, or a new one; waits where the server has turned us away. Rejects with nodemailer's error. */
  acquire(slot: Slot, signal: AbortSignal): Promise<Connection>;
  /** Keeps a connection, or ends it if it has had its share of messages; resolves when it is kept, or closed. */
  release(connection: Connection): Promise<void>;
  /** Whether a connection has had its share of messages. */
  isSpent(connection: Connection): boolean;
  /** Closes the idle connections, without QUIT: they are no better than one that was found dead. */
  dropIdle(): void;
  /** How many are open and idle. */
  readonly idle: number;
  /** Ends the idle connections, and every one released later. */
  close(): Promise<void>;
}

interface IdleConnection {
  readonly connection: Connection;
  readonly endsAt: number;
}

/**
 * @param maxMessages after so many a connection is ended; with 1 none is ever kept
 * @param open connects and logs in
 */
export function connectionPool(
  { maxMessages, idleTimeoutMs }: PoolSettings,
  learned: LearnedLimits,
  open: (signal: AbortSignal) => Promise<Connection>,
): ConnectionPool {
  /** The one used last is the last. */
  const idle: IdleConnection[] = [];
  let timer: NodeJS.Timeout | undefined;
  const ending = new Set<Promise<void>>();
  let closed = false;

  const isSpent = ({ sent, offers }: Connection): boolean =>
    sent >= Math.min(maxMessages, learned.messages.value, offers.maxMessages);
  const end = (connection: Connection): Promise<void> => {
    const ended = connection.quit().finally(() => ending.delete(ended));
    ending.add(ended);
    return ended;
  };
  // It may have ended meanwhile: an attempt finds that nothing can be written, and takes another.
  const takeIdle = (): Connection | undefined => {
    const connection = idle.pop()?.connection;
    connection?.keepAlive(true);
    return connection;
  };
  const endOldest = (): void => {
    timer = undefined;
    for (let first = idle[0]; first !== undefined && first.endsAt <= performance.now(); first = idle[0]) {
      idle.shift();
      void end(first.connection);
    }
    watchOldest();
  };
  // One timer for all of them, which finds that there is nothing to do where they are used.
  const watchOldest = (): void => {
    const [first] = idle;
    if (first === undefined || timer !== undefined) return;
    timer = setTimeout(endOldest, Math.max(1, Math.ceil(first.endsAt - performance.now())));
    timer.unref();
  };

  return {
    isSpent,
    get idle() {
      return idle.filter(({ connection }) => !connection.ended).length;
    },
    acquire: async (slot, signal) => {
      for (;;) {
        signal.throwIfAborted();
        const kept = takeIdle();
        if (kept !== undefined) return kept;
        try {
          return await open(signal);
        } catch (thrown) {
          const turnedAway = explainError(thrown)?.remedy === "fewer-connections";
          if (signal.aborted || !turnedAway || !(await slot.requeue(signal))) throw thrown;
        }
      }
    },
    release: async (connection) => {
      if (connection.ended) return;
      if (closed || isSpent(connection)) return end(connection);
      connection.keepAlive(false);
      idle.push({ connection, endsAt: performance.now() + idleTimeoutMs });
      watchOldest();
    },
    dropIdle: () => {
      for (let kept = takeIdle(); kept !== undefined; kept = takeIdle()) kept.destroy();
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      for (let kept = takeIdle(); kept !== undefined; kept = takeIdle()) void end(kept);
      await Promise.all(ending);
    },
  };
}

/** What a server has shown of its limits; known for an hour, then found out anew, since servers are set otherwise. */
export interface LearnedLimits {
  /** Recipients that one transaction may have. */
  readonly recipients: LearnedLimit;
  /** Messages that one connection may have. */
  readonly messages: LearnedLimit;
}

/** At least 1; `Infinity` while it is not known. */
export interface LearnedLimit {
  value: number;
}

/** @param now ms, for tests */
export function learnedLimits(now: () => number = performance.now.bind(performance)): LearnedLimits {
  return { recipients: learnedLimit(now), messages: learnedLimit(now) };
}

function learnedLimit(now: () => number): LearnedLimit {
  let limit = Number.POSITIVE_INFINITY;
  let expiresAt = 0;
  return {
    get value() {
      if (now() >= expiresAt) limit = Number.POSITIVE_INFINITY;
      return limit;
    },
    set value(found) {
      limit = Math.max(1, found);
      expiresAt = now() + hourMs;
    },
  };
}
