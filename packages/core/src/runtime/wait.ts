import { type AbortListener, offAbort, onAbort } from "./abort.ts";
import type { Clock } from "./clock.ts";

/** How a promise ended, or that the wait was given up. */
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
 * Waits for a promise, but only for `graceMs` longer once the signal aborts, and resolves with what `conclude`
 * makes of how it ended. `conclude` must not throw.
 * @param holder gets the wait itself, if it is to be given up from outside
 */
export function settleWithGrace<T, R>(
  promise: Promise<T>,
  signal: AbortSignal,
  clock: Clock,
  graceMs: number,
  conclude: (end: Settled<T>) => R | Promise<R>,
  holder?: { wait: Waiting | undefined },
): Promise<R> {
  return new Promise((resolve) => {
    const wait = new Wait<T, R>(signal, clock, graceMs, conclude, resolve);
    if (holder !== undefined) holder.wait = wait;
    promise.then(
      (value) => wait.done({ state: "resolved", value }),
      (reason: unknown) => wait.done({ state: "rejected", reason }),
    );
  });
}

// A class, since one is made for every attempt.
class Wait<T, R> implements AbortListener, Waiting {
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #conclude: (end: Settled<T>) => R | Promise<R>;
  readonly #resolve: (value: R | Promise<R>) => void;
  #cancel: (() => void) | undefined;
  #over = false;

  constructor(
    signal: AbortSignal,
    clock: Clock,
    graceMs: number,
    conclude: (end: Settled<T>) => R | Promise<R>,
    resolve: (value: R | Promise<R>) => void,
  ) {
    this.#signal = signal;
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#conclude = conclude;
    this.#resolve = resolve;
    if (signal.aborted) this.handleEvent();
    else onAbort(signal, this);
  }

  handleEvent(): void {
    this.#cancel = this.#clock.after(this.#graceMs, () => this.abandon());
  }

  abandon(): void {
    this.done(abandoned);
  }

  done(end: Settled<T>): void {
    if (this.#over) return;
    this.#over = true;
    offAbort(this.#signal, this);
    this.#cancel?.();
    this.#resolve(this.#conclude(end));
  }
}

/** The same, with how it ended. */
export function settledWithGrace<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  clock: Clock,
  graceMs: number,
): Promise<Settled<T>> {
  return settleWithGrace(promise, signal, clock, graceMs, (end) => end);
}

/** Calls a function of a user; a promise even if it throws at once. */
export function tryAsync<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return Promise.resolve(run());
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * What `work` resolves or rejects with, or a rejection as soon as the signal aborts: `work` may be stuck in code that does
 * not listen to it. Its result is dropped then.
 */
export async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  reason: () => unknown = () => new DOMException("aborted", "AbortError"),
): Promise<T> {
  if (signal === undefined) return work;
  work.catch(() => {});
  if (signal.aborted) throw reason();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(reason());
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
