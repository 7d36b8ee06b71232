type End = () => Promise<unknown>;
const users = new WeakMap<Database, Set<End>>();

/** Somebody works with a database: before it closes, `end` is called and waited for. @returns what takes that back */
export function use(database: Database, end: End): () => void {
  const ends = users.get(database) ?? new Set();
  users.set(database, ends.add(end));
  return () => void ends.delete(end);
}

/** Tells all who work with a database that it closes, and waits until they have ended. */
export async function endUsers(database: Database): Promise<void> {
  await Promise.allSettled([...(users.get(database) ?? [])].map((end) => end()));
}

/** A row as a driver gives it. */
export type Row = Record<string, unknown>;

/** Whatever runs one statement: a database, or a transaction in it. */
export interface Queryable {
  /**
   * Runs a statement with `$1`, `$2` … filled in from `values`. Without values it may be several statements.
   * @param timeoutMs an answer that has not come by then is taken for lost: it may have been done all the same. Nothing
   *   is lost within the process: PGlite waits. `Infinity` for none. @defaultValue 30000, or what the application has set for a pool of its own
   */
  query<T extends object = Row>(
    text: string,
    values?: readonly unknown[],
    timeoutMs?: number,
  ): Promise<readonly T[]>;
}

/** A Postgres, of whatever make. */
export interface Database extends Queryable {
  readonly kind: "postgres" | "pglite";
  /**
   * For those who only look on, probes and metrics: a connection apart from those that messages need, so that nobody is
   * starved by being looked at. PGlite has but one.
   */
  readonly aside: Queryable;
  /**
   * Runs `run` in one transaction: committed if it resolves, rolled back if it rejects. What it does goes through `tx`:
   * PGlite has one session, so whoever asks the database itself meanwhile waits for the transaction to end.
   * @param timeoutMs as for `query`, for each of its statements
   */
  transaction<T>(run: (tx: Queryable) => Promise<T>, timeoutMs?: number): Promise<T>;
  /**
   * Calls `heard` for every NOTIFY on `channel`, and once after every (re)connection, since something may have been
   * missed. Resolves with what ends it. Comes back by itself when the connection is lost.
   */
  listen(channel: string, heard: () => void): Promise<() => Promise<void>>;
  /** Frees what was opened for it; a pool that was given stays open. */
  close(): Promise<void>;
}
