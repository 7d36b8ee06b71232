import type { Session } from "./connection.ts";
import type { Learned } from "./learned.ts";

/** Sessions that wait for another message. */
export interface Sessions {
  /** The one used last, if any is left; it may have ended meanwhile. */
  take(): Session | undefined;
  /** Keeps a session, or ends it if it has done its share; resolves when it is kept, or closed. */
  give(session: Session): Promise<void>;
  /** Whether a session has had its share of messages. */
  isFull(session: Session): boolean;
  /** How many are open and wait. */
  readonly idle: number;
  /** Closes those that wait, without a word: they are no better than one that was found dead. */
  drop(): void;
  /** Ends them all, and every one given later. */
  close(): Promise<void>;
}

/** @param maxMessages after so many a session is ended; with 1 none is ever kept */
export function sessions(maxMessages: number, idleTimeoutMs: number, known: Learned): Sessions {
  const idle = new Map<Session, NodeJS.Timeout>();
  const ending = new Set<Promise<void>>();
  let closed = false;

  const isFull = ({ sent, offers }: Session): boolean =>
    sent >= Math.min(maxMessages, known.messages, offers.maxMessages);
  const end = (session: Session): Promise<void> => {
    const ended = session.quit().finally(() => ending.delete(ended));
    ending.add(ended);
    return ended;
  };
  // One that ended meanwhile is given too: whoever tries it finds that nothing can be written, and takes another.
  const take = (): Session | undefined => {
    const last = [...idle].at(-1);
    if (last === undefined) return undefined;
    const [session, timer] = last;
    clearTimeout(timer);
    idle.delete(session);
    return session;
  };

  return {
    take,
    isFull,
    get idle() {
      return [...idle.keys()].filter(({ ended }) => !ended).length;
    },
    give: async (session) => {
      if (session.ended) return;
      if (closed || isFull(session)) return end(session);
      const timer = setTimeout(() => {
        idle.delete(session);
        void end(session);
      }, idleTimeoutMs);
      timer.unref();
      idle.set(session, timer);
    },
    drop: () => {
      for (let session = take(); session !== undefined; session = take()) session.destroy();
    },
    close: async () => {
      closed = true;
      for (let session = take(); session !== undefined; session = take()) void end(session);
      await Promise.all(ending);
    },
  };
}
