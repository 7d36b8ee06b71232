import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds, at most ten seconds, and says how long it took in ms. */
export async function until(holds: () => boolean, mostMs = 10_000): Promise<number> {
  const begun = performance.now();
  while (!holds()) {
    if (performance.now() - begun > mostMs) throw new Error(`still not so after ${mostMs} ms: ${holds}`);
    await sleep(1);
  }
  return performance.now() - begun;
}
