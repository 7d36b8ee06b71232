import type { Database } from "./database.ts";

function noAnswer(): never {
  throw new Error("the database did not answer in time");
}

/**
 * The result of `work`, or, when there is none within `timeoutMs`, what `onTimeout` returns or throws. `work` then goes
 * on, and its result is ignored.
 */
export async function withTimeout<T>(
  work: Promise<T>,
  timeoutMs: number | undefined,
  onTimeout: () => T = noAnswer,
): Promise<T> {
  if (timeoutMs === undefined) return work;
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, timeoutMs);
  return Promise.race([work, over.promise.then(onTimeout)]).finally(() => clearTimeout(timer));
}

/** The database with a time limit for every statement that has none of its own. */
export function withQueryTimeout(database: Database, timeoutMs: number): Database {
  return Object.freeze({
    ...database,
    query: (text, values, ownMs = timeoutMs) => database.query(text, values, ownMs),
    transaction: (run, ownMs = timeoutMs) => database.transaction(run, ownMs),
  } satisfies Database);
}
/** Runs one call at a time: whoever calls while one is running gets the result of that one. */
export function coalesce<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}
