import { AssertionError } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds. */
export async function until(holds: () => boolean, otherwise: string, mostMs = 5_000): Promise<void> {
  const begun = performance.now();
  while (!holds()) {
    if (performance.now() - begun > mostMs) throw new AssertionError({ message: otherwise });
    await sleep(2);
  }
}

/** Waits long enough for a copy that is on its way to be here. */
export function settled(): Promise<void> {
  return sleep(40);
}
