import type { Database } from "./database.ts";

function notInTime(): never {
  throw new Error("the database did not answer in time");
}

/**
 * What `work` comes to; when it has not come to anything within `ms`, what `late` gives or throws instead. It goes on,
 * and nobody hears of it.
 */
export async function inTime<T>(
  work: Promise<T>,
  ms: number | undefined,
  late: () => T = notInTime,
): Promise<T> {
  if (ms === undefined) return work;
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  return Promise.race([work, over.promise.then(late)]).finally(() => clearTimeout(timer));
}

/** A database, for somebody who takes an answer for lost that has not come within `timeoutMs`, where it names no time of its own. */
export function within(database: Database, timeoutMs: number): Database {
  return Object.freeze({
    ...database,
    query: (text, values, own = timeoutMs) => database.query(text, values, own),
    transaction: (run, own = timeoutMs) => database.transaction(run, own),
  } satisfies Database);
}
