import type pg from "pg";

/** A listener to errors that whoever asks is told of besides, or that are nobody's any more. */
export const onError = (): void => undefined;

const guarded = new WeakSet<pg.Pool>();

/**
 * A connection that breaks is replaced, and ends no process: neither one that is idle, nor one that is lent, nor one on
 * its way out, of which a server that stops may say something until the very end. So this stays when we are gone.
 */
export function guard(pool: pg.Pool): void {
  if (guarded.has(pool)) return;
  guarded.add(pool);
  pool.on("error", onError).on("connect", (client) => void client.on("error", onError));
}

/** When each connection last was in order, as far as its pool has heard, by the monotonic clock. */
const inOrderAt = new WeakMap<pg.PoolClient, number>();
/** Connections of a pool that were not in order since then are suspect. */
const suspectBefore = new WeakMap<pg.Pool, number>();
const watched = new WeakSet<pg.Pool>();

/**
 * What was heard from within this time before another one was found silent, ms, is in order: under load a single slow
 * statement costs no others their connections.
 */
const heardWithinMs = 500;

function watch(pool: pg.Pool): void {
  guard(pool);
  if (watched.has(pool)) return;
  watched.add(pool);
  pool.on("connect", (client) => void inOrderAt.set(client, performance.now()));
  pool.on("release", (error: unknown, client) => {
    if (!error) inOrderAt.set(client, performance.now());
  });
}

/** What the driver says when a statement's time is over. The connection is of no use then: its answer may still come. */
export const isLate = (error: unknown): boolean =>
  error instanceof Error && error.message === "Query read timeout";

/** Gives a connection up, without a goodbye that a silent way would swallow: who waits for its place waits for its end. */
function discard(client: pg.PoolClient): void {
  client.release(true);
  // The pool itself reaches for it so, where a connection takes too long; a native client has none.
  (client as { connection?: { stream?: { destroy?(): void } } }).connection?.stream?.destroy?.();
}

/**
 * A connection of a pool. The first that is found silent makes suspect all that have not been heard from since: they lead
 * over the same way, and are replaced instead of being tried one by one, each for a time limit.
 */
export async function connection(pool: pg.Pool): Promise<pg.PoolClient> {
  watch(pool);
  for (;;) {
    const client = await pool.connect();
    if ((inOrderAt.get(client) ?? 0) >= (suspectBefore.get(pool) ?? 0)) return client;
    discard(client);
  }
}

/** Gives a connection back, or gives it up, by how its work ended. */
export function giveBack(pool: pg.Pool, client: pg.PoolClient, failed?: unknown): void {
  if (isLate(failed)) suspectBefore.set(pool, performance.now() - heardWithinMs);
  client.release(failed !== undefined);
}

/** Runs something on a connection of a pool. One on which something failed is not used again. */
export async function lend<T>(pool: pg.Pool, run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await connection(pool);
  // The pool listens to those that are idle.
  client.on("error", onError);
  let failed: unknown;
  try {
    return await run(client);
  } catch (error) {
    failed = error ?? new Error("failed");
    throw error;
  } finally {
    client.off("error", onError);
    giveBack(pool, client, failed);
  }
}
