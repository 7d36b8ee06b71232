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
