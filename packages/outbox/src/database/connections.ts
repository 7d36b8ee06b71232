import type pg from "pg";

/** A broken connection is reported to whoever uses it; where nobody does there is nothing to report. */
export const ignoreError = (): void => undefined;

/** When each connection last worked, as far as its pool knows, by the monotonic clock. */
const workedAt = new WeakMap<pg.PoolClient, number>();
/** Connections of a pool that have not worked since then are suspect. */
const suspectBefore = new WeakMap<pg.Pool, number>();
const ready = new WeakSet<pg.Pool>();

/**
 * A connection that worked within this time before another one was found silent, ms, is trusted: under load one slow
 * statement costs no others their connections.
 */
const trustMs = 500;

/**
 * Prepares a pool for use. A connection that breaks is replaced and never ends the process, whether it is idle, in use
 * or being closed: a server that stops may send an error until the very end. So the listeners stay.
 */
export function preparePool(pool: pg.Pool): void {
  if (ready.has(pool)) return;
  ready.add(pool);
  pool.on("error", ignoreError);
  pool.on("connect", (client) => {
    client.on("error", ignoreError);
    workedAt.set(client, performance.now());
  });
  pool.on("release", (error: unknown, client) => {
    if (!error) workedAt.set(client, performance.now());
  });
}

/** The driver's error when a statement's time is over. The connection is of no use then: its answer may still come. */
export const isQueryTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message === "Query read timeout";

/** Closes a connection at once: a goodbye would wait for a server that does not answer, and keep the place in the pool. */
function discard(client: pg.PoolClient): void {
  client.release(true);
  // The pool itself reaches for it so, where a connection takes too long; a native client has none.
  (client as { connection?: { stream?: { destroy?(): void } } }).connection?.stream?.destroy?.();
}

/**
 * A connection of a pool. The first that is found silent makes suspect all that have not worked since: they take the
 * same route, and are replaced instead of being tried one by one, each for a time limit.
 */
export async function acquire(pool: pg.Pool): Promise<pg.PoolClient> {
  preparePool(pool);
  for (;;) {
    const client = await pool.connect();
    if ((workedAt.get(client) ?? 0) >= (suspectBefore.get(pool) ?? 0)) return client;
    discard(client);
  }
}

/** Returns a connection to its pool, or closes it if its work failed. */
export function release(pool: pg.Pool, client: pg.PoolClient, failed?: unknown): void {
  if (isQueryTimeout(failed)) suspectBefore.set(pool, performance.now() - trustMs);
  client.release(failed !== undefined);
}

/** Runs something on a connection of a pool. One on which something failed is not used again. */
export async function withConnection<T>(
  pool: pg.Pool,
  run: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await acquire(pool);
  // The pool listens to those that are idle.
  client.on("error", ignoreError);
  let failed: unknown;
  try {
    return await run(client);
  } catch (error) {
    failed = error ?? new Error("failed");
    throw error;
  } finally {
    client.off("error", ignoreError);
    release(pool, client, failed);
  }
}
