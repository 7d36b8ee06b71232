import type { Database } from "./database.ts";

/** A database, for somebody who takes an answer for lost that has not come within `timeoutMs`, where it names no time of its own. */
export function within(database: Database, timeoutMs: number): Database {
  return Object.freeze({
    ...database,
    query: (text, values, own = timeoutMs) => database.query(text, values, own),
    transaction: (run, own = timeoutMs) => database.transaction(run, own),
  } satisfies Database);
}
