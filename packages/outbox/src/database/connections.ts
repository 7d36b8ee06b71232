import type pg from "pg";

/** A broken connection is reported to whoever uses it; where nobody does there is nothing to report. */
export const ignoreError = (): void => undefined;

/** Connections that have not worked since `before` are suspect, by the monotonic clock. */
interface Suspicion {
  readonly before: number;
}

/** When a connection last worked, as far as its pool knows, and what was suspected then. */
interface LastWork {
  readonly at: number;
  readonly suspicion: Suspicion | undefined;
}

const lastWork = new WeakMap<pg.PoolClient, LastWork>();
const suspicions = new WeakMap<pg.Pool, Suspicion>();
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
  const noteWork = (client: pg.PoolClient): void => {
    lastWork.set(client, { at: performance.now(), suspicion: suspicions.get(pool) });
  };
  pool.on("error", ignoreError);
  pool.on("connect", (client) => {
    client.on("error", ignoreError);
    noteWork(client);
  });
  pool.on("release", (error: unknown, client) => {
    if (!error) noteWork(client);
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
    if (isTrusted(client, suspicions.get(pool))) return client;
    discard(client);
  }
}

function isTrusted(client: pg.PoolClient, suspicion: Suspicion | undefined): boolean {
  if (suspicion === undefined) return true;
  const work = lastWork.get(client);
  // One that has worked since is trusted whatever the clock says, so that a new one is never replaced in turn.
  return work !== undefined && (work.suspicion === suspicion || work.at >= suspicion.before);
}

/** Returns a connection to its pool, or closes it if its work failed. */
export function release(pool: pg.Pool, client: pg.PoolClient, failed?: unknown): void {
  if (isQueryTimeout(failed)) suspicions.set(pool, { before: performance.now() - trustMs });
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
