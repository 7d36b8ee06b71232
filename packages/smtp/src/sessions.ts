import type { Session } from "./session.ts";

/** Sessions that wait for another message. */
export interface Sessions {
  /** The one used last, if any is left; it may have ended meanwhile. */
  take(): Session | undefined;
  /** Keeps a session, or ends it if it has done its share. */
  give(session: Session): void;
  /** Ends them all, and every one given later. */
  close(): Promise<void>;
}

/** @param maxMessages after so many a session is ended; with 1 none is ever kept */
export function sessions(maxMessages: number, idleTimeoutMs: number): Sessions {
  const idle = new Map<Session, NodeJS.Timeout>();
  const ending = new Set<Promise<void>>();
  let closed = false;

  const end = (session: Session): void => {
    const ended = session.quit().finally(() => ending.delete(ended));
    ending.add(ended);
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
    give: (session) => {
      if (session.ended) return;
      if (closed || session.sent >= maxMessages) return end(session);
      const timer = setTimeout(() => {
        idle.delete(session);
        end(session);
      }, idleTimeoutMs);
      timer.unref();
      idle.set(session, timer);
    },
    close: async () => {
      closed = true;
      for (let session = take(); session !== undefined; session = take()) end(session);
      await Promise.all(ending);
    },
  };
}
