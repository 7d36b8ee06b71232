type Rows = readonly unknown[];

/** A client of `pg`, a transaction of PGlite, or one of `outbox.database`, which answers with the rows themselves. */
interface QueryClient {
  query(text: string, values?: unknown[]): Promise<Rows | { readonly rows: Rows }>;
}

/** A transaction of an ORM, through an adapter. */
export interface SqlExecutor {
  executeSql(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** Where one statement is run: in a transaction of the caller's. */
export type Transaction = QueryClient | SqlExecutor;

/** @throws {TypeError} it is neither */
export async function runIn<T>(tx: Transaction, text: string, values: unknown[]): Promise<readonly T[]> {
  if ("executeSql" in tx) return (await tx.executeSql(text, values)).rows as readonly T[];
  if (typeof tx.query === "function") {
    const answer = await tx.query(text, values);
    return ("rows" in answer ? answer.rows : answer) as readonly T[];
  }
  throw new TypeError(
    "enqueue: tx must be a client of pg or a transaction of PGlite; those of an ORM go through fromDrizzle, fromKnex, fromKysely or fromPrisma",
  );
}
