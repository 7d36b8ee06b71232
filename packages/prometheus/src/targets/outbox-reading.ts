import type { WatchedOutbox } from "./targets.ts";

/** How full an outbox is, or undefined if its database did not answer in time. */
export type OutboxFigures = Awaited<ReturnType<WatchedOutbox["stats"]>> | undefined;

export interface ReadingTimes {
  /** An answer is good for so long, ms. */
  readonly cacheMs: number;
  /** How long a scrape waits for the database, ms. */
  readonly timeoutMs: number;
}

/**
 * Asks an outbox for figures, at most once at a time. Several gauges ask at each scrape, so an answer serves for a
 * while; so does the lack of one. A database that hangs holds one scrape up for `timeoutMs`, and none after it.
 */
export function outboxReading<T>(read: () => Promise<T>, times: ReadingTimes): () => Promise<T | undefined> {
  let last: T | undefined;
  let goodUntil = 0;
  let pending: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;

  const ask = async (): Promise<void> => {
    try {
      last = await read();
    } catch {
      last = undefined;
    }
    goodUntil = Date.now() + times.cacheMs;
    pending = undefined;
  };
  const wait = async (query: Promise<void>): Promise<void> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timedOut = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        if (pending === query) last = undefined;
        resolve();
      }, times.timeoutMs);
    });
    await Promise.race([query, timedOut]);
    clearTimeout(timer);
  };

  return async () => {
    if (pending === undefined && Date.now() >= goodUntil) {
      pending = ask();
      waiting = wait(pending);
    }
    await waiting;
    return last;
  };
}
