/** A row as the driver returns it. */
export type Row = Record<string, unknown>;

/** Runs one statement: a database, or a transaction in it. */
export interface Queryable {
  /**
   * Runs a statement with `$1`, `$2` … filled in from `values`. Without values it may be several statements.
   * @param timeoutMs without an answer by then it rejects, though the statement may have been executed. Nothing is lost
   *   within the process: PGlite waits. `Infinity` for none. @defaultValue 30000, or what the application has set for a pool of its own
   */
  query<T extends object = Row>(
    text: string,
    values?: readonly unknown[],
    timeoutMs?: number,
  ): Promise<readonly T[]>;
}

/** A PostgreSQL server, or PGlite. */
export interface Database extends Queryable {
  readonly kind: "postgres" | "pglite";
  /** Which one it is, never with a password: `Postgres at db.example.org:5432/app`, `PGlite in /var/outbox`. */
  readonly name: string;
  /** For probes and metrics: a connection apart from those that messages need. PGlite has but one. */
  readonly aside: Queryable;
  /**
   * Runs `run` in one transaction: committed if it resolves, rolled back if it rejects. What it does goes through `tx`:
   * PGlite has one session, so whoever asks the database itself meanwhile waits for the transaction to end.
   * @param timeoutMs as for `query`, for each of its statements
   */
  transaction<T>(run: (tx: Queryable) => Promise<T>, timeoutMs?: number): Promise<T>;
  /**
   * Calls `onNotify` for every NOTIFY on `channel`, and once after every (re)connection, since a notification may have
   * been missed. Reconnects by itself. Resolves with the function that ends it.
   */
  listen(channel: string, onNotify: () => void): Promise<() => Promise<void>>;
  /** Closes what was opened for it; a pool of the caller's stays open. */
  close(): Promise<void>;
}

/** Whatever is over a database: an outbox. */
export interface DatabaseOwner {
  readonly database: Database;
}

type Stop = () => Promise<unknown>;
const users = new WeakMap<Database, Set<Stop>>();

/** Has `stop` called, and waited for, before the database closes. @returns takes that back */
export function beforeClose(database: Database, stop: Stop): () => void {
  const stops = users.get(database) ?? new Set();
  users.set(database, stops.add(stop));
  return () => void stops.delete(stop);
}

/** Stops all that uses a database, and waits for it. */
export async function stopUsers(database: Database): Promise<void> {
  await Promise.allSettled([...(users.get(database) ?? [])].map((stop) => stop()));
}
