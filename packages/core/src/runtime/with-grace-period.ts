import type { Stop, StopListener } from "./abort.ts";
import type { Clock } from "./clock.ts";

/** How a promise ended, or that nobody waits for it any more. */
export type Settled<T> =
  | { readonly state: "resolved"; readonly value: T }
  | { readonly state: "rejected"; readonly reason: unknown }
  | { readonly state: "abandoned" };

/** A wait that may be given up. */
export interface Waiting {
  /** Ends it at once, as if its grace were over; nothing if it has ended. */
  abandon(): void;
}

const abandoned = Object.freeze({ state: "abandoned" });

/**
 * Waits for a promise, but only for `graceMs` longer once the stop was pulled, and resolves with what `conclude`
 * makes of how it ended. `conclude` must not throw.
 * @param holder gets the wait itself, if it is to be given up from outside
 */
export function settle<T, R>(
  promise: Promise<T>,
  stop: Stop,
  clock: Clock,
  graceMs: number,
  conclude: (end: Settled<T>) => R | Promise<R>,
  holder?: { wait: Waiting | undefined },
): Promise<R> {
  return new Promise((resolve) => {
    const wait = new Wait<T, R>(stop, clock, graceMs, conclude, resolve);
    if (holder !== undefined) holder.wait = wait;
    promise.then(
      (value) => wait.done({ state: "resolved", value }),
      (reason: unknown) => wait.done({ state: "rejected", reason }),
    );
  });
}

// A class, since one is made for every attempt.
class Wait<T, R> implements StopListener, Waiting {
  readonly #stop: Stop;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #conclude: (end: Settled<T>) => R | Promise<R>;
  readonly #resolve: (value: R | Promise<R>) => void;
  #cancel: (() => void) | undefined;
  #over = false;

  constructor(
    stop: Stop,
    clock: Clock,
    graceMs: number,
    conclude: (end: Settled<T>) => R | Promise<R>,
    resolve: (value: R | Promise<R>) => void,
  ) {
    this.#stop = stop;
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#conclude = conclude;
    this.#resolve = resolve;
    if (stop.signal.aborted) this.stopped();
    else stop.onAbort(this);
  }

  stopped(): void {
    this.#cancel = this.#clock.after(this.#graceMs, () => this.abandon());
  }

  abandon(): void {
    this.done(abandoned);
  }

  done(end: Settled<T>): void {
    if (this.#over) return;
    this.#over = true;
    this.#stop.offAbort(this);
    this.#cancel?.();
    this.#resolve(this.#conclude(end));
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
