import { setTimeout as sleep } from "node:timers/promises";

/** Serialization failure and deadlock: of two that lock the same rows PostgreSQL has one do it again. */
const conflicts: ReadonlySet<unknown> = new Set(["40001", "40P01"]);
const maxTries = 10;
const mostMs = 500;

/** Runs what is one transaction of ours; again, after a random wait, where it met another one. */
export async function retryConflict<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (tries === maxTries || !conflicts.has((error as { code?: unknown }).code)) throw error;
    }
    await sleep(Math.random() * Math.min(mostMs, 20 * 2 ** tries));
  }
}
