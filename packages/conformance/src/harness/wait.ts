import { AssertionError } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds. */
export async function waitFor(holds: () => boolean, otherwise: string, timeoutMs = 5_000): Promise<void> {
  const startedAt = performance.now();
  while (!holds()) {
    if (performance.now() - startedAt > timeoutMs) throw new AssertionError({ message: otherwise });
    await sleep(2);
  }
}

/** Waits long enough for a copy that is on its way to be here. */
export function shortDelay(): Promise<void> {
  return sleep(40);
}

/** The promise, or an assertion that failed when it takes longer. Leaves no timer behind. */
export async function withTimeout<T>(promise: Promise<T>, timeoutMs: number, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AssertionError({ message: `${otherwise} after ${timeoutMs} ms` })),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, timedOut]);
  } finally {
    clearTimeout(timer);
  }
}
