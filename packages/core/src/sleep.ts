import type { Clock } from "./clock.ts";

/** Resolves `true` after `delayMs`, or `false` as soon as the signal aborts. Leaves no timer and no listener behind. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onAbort = (): void => {
      cancel();
      resolve(false);
    };
    // Timers count whole ms, and rounded down it would be too early.
    const cancel = clock.after(Math.ceil(delayMs), () => {
      signal?.removeEventListener("abort", onAbort);
      resolve(true);
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
