import type { Clock } from "./clock.ts";
import type { Stop } from "./stop.ts";

/** How a promise ended, or that nobody waits for it any more. */
export type Settled<T> =
  | { readonly state: "resolved"; readonly value: T }
  | { readonly state: "rejected"; readonly reason: unknown }
  | { readonly state: "abandoned" };

const abandoned = Object.freeze({ state: "abandoned" });

/**
 * Waits for a promise, but only for `graceMs` longer once the stop was pulled, and resolves with what `conclude`
 * makes of how it ended. `conclude` must not throw.
 */
export function settle<T, R>(
  promise: Promise<T>,
  stop: Stop,
  clock: Clock,
  graceMs: number,
  conclude: (end: Settled<T>) => R | Promise<R>,
): Promise<R> {
  return new Promise((resolve) => new Wait(promise, stop, clock, graceMs, (end) => resolve(conclude(end))));
}

// A class, since one is made for every attempt.
class Wait<T> {
  readonly #stop: Stop;
  readonly #tell: (end: Settled<T>) => void;
  readonly #onAbort: () => void;
  #cancel: (() => void) | undefined;
  #over = false;

  constructor(
    promise: Promise<T>,
    stop: Stop,
    clock: Clock,
    graceMs: number,
    tell: (end: Settled<T>) => void,
  ) {
    this.#stop = stop;
    this.#tell = tell;
    this.#onAbort = () => {
      this.#cancel = clock.after(graceMs, () => this.#done(abandoned));
    };
    if (stop.signal.aborted) this.#onAbort();
    else stop.onAbort(this.#onAbort);
    promise.then(
      (value) => this.#done({ state: "resolved", value }),
      (reason: unknown) => this.#done({ state: "rejected", reason }),
    );
  }

  #done(end: Settled<T>): void {
    if (this.#over) return;
    this.#over = true;
    this.#stop.offAbort(this.#onAbort);
    this.#cancel?.();
    this.#tell(end);
  }
}

/** `settle`, with how it ended. */
export function settled<T>(
  promise: Promise<T>,
  stop: Stop,
  clock: Clock,
  graceMs: number,
): Promise<Settled<T>> {
  return settle(promise, stop, clock, graceMs, (end) => end);
}
