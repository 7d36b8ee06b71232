import type { Clock } from "./clock.ts";

/**
 * Resolves `true` after `delayMs`, never earlier by the same clock, or `false` as soon as the signal aborts. Leaves no
 * timer and no listener behind.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const until = clock.now() + delayMs;
    const onAbort = (): void => {
      cancel();
      resolve(false);
    };
    const ring = (): void => {
      // Timers count whole ms from when the event loop last looked, so one may come too early.
      const left = until - clock.now();
      if (left > 0) {
        cancel = clock.after(Math.ceil(left), ring);
        return;
      }
      signal?.removeEventListener("abort", onAbort);
      resolve(true);
    };
    let cancel = clock.after(Math.ceil(delayMs), ring);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
