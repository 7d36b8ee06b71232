import type { Database } from "./database.ts";

/** A database, for somebody who takes an answer for lost that has not come within `timeoutMs`. */
export function within(database: Database, timeoutMs: number): Database {
  return Object.freeze({
    ...database,
    query: (text, values) => database.query(text, values, timeoutMs),
    transaction: (run) => database.transaction(run, timeoutMs),
  } satisfies Database);
}
