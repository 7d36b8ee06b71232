import type { Clock } from "./clock.ts";

/** How a promise ended, or that nobody waits for it any more. */
export type Settled<T> =
  | { readonly state: "resolved"; readonly value: T }
  | { readonly state: "rejected"; readonly reason: unknown }
  | { readonly state: "abandoned" };

/** Waits for a promise, but only for `graceMs` longer once the signal has aborted. Never rejects. */
export function settled<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  clock: Clock,
  graceMs: number,
): Promise<Settled<T>> {
  return new Promise((resolve) => {
    let cancel: (() => void) | undefined;
    const abandon = (): void => resolve({ state: "abandoned" });
    const onAbort = (): void => {
      cancel = clock.after(graceMs, abandon);
    };
    const done = (end: Settled<T>): void => {
      signal.removeEventListener("abort", onAbort);
      cancel?.();
      resolve(end);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(
      (value) => done({ state: "resolved", value }),
      (reason: unknown) => done({ state: "rejected", reason }),
    );
  });
}
