import type { Queryable } from "../database/database.ts";
import { withRemedy } from "../database/faults.ts";

type Rows = readonly unknown[];

/** A client of `pg`, a transaction of PGlite, or one of `outbox.database`, which returns the rows themselves. */
interface QueryClient {
  query(text: string, values?: unknown[]): Promise<Rows | { readonly rows: Rows }>;
}

/** A transaction of an ORM, through an adapter. */
export interface SqlExecutor {
  executeSql(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A transaction of the caller's, in which one statement is run. */
export type Transaction = QueryClient | SqlExecutor;

/** @throws {TypeError} it is neither */
export function inTransaction(tx: Transaction): Queryable {
  if (!("executeSql" in tx) && typeof tx.query !== "function") {
    throw new TypeError(
      "enqueue: tx must be a client of pg or a transaction of PGlite; those of an ORM go through fromDrizzle, fromKnex, fromKysely, fromMikroOrm, fromPrisma, fromSequelize or fromTypeOrm",
    );
  }
  return {
    async query<T>(text: string, values: readonly unknown[] = []) {
      const run = "executeSql" in tx ? tx.executeSql(text, [...values]) : tx.query(text, [...values]);
      const result = await Promise.resolve(run).catch(withRemedy(text));
      return ("rows" in result ? result.rows : result) as readonly T[];
    },
  };
}
