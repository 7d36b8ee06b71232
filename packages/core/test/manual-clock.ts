import type { Clock } from "../src/runtime/clock.ts";

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Goes on by `ms`, runs the timers that come due, in order, and lets every promise between them settle. */
  advance(ms: number): Promise<void>;
  /** Goes from timer to timer until `promise` has settled. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Sets the machine's clock, as people and NTP do: by so many ms, both ways. */
  step(ms: number): void;
  /** Timers that are set. */
  readonly pending: number;
}

/** Lets every promise that can settle do so. */
export function flush(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** @param startAt ms since 1970 */
export function manualClock(startAt = 1_700_000_000_000): ManualClock {
  let now = startAt;
  let stepped = 0;
  let sequence = 0;
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  const next = (): [number, { readonly at: number; readonly run: () => void }] | undefined =>
    [...timers].sort(([a, one], [b, other]) => one.at - other.at || a - b)[0];
  const runNext = async (limit: number): Promise<boolean> => {
    const first = next();
    if (first === undefined || first[1].at > limit) return false;
    timers.delete(first[0]);
    now = Math.max(now, first[1].at);
    first[1].run();
    await flush();
    return true;
  };
  return {
    now: () => now,
    wallNow: () => now + stepped,
    step(ms) {
      stepped += ms;
    },
    after(delayMs, run) {
      const key = ++sequence;
      timers.set(key, { at: now + Math.max(0, delayMs), run });
      return () => void timers.delete(key);
    },
    get pending() {
      return timers.size;
    },
    async advance(ms) {
      const limit = now + ms;
      await flush();
      while (await runNext(limit));
      now = limit;
    },
    async until(promise) {
      let done = false;
      const end = (): void => {
        done = true;
      };
      promise.then(end, end);
      await flush();
      while (!done) {
        if (!(await runNext(Number.POSITIVE_INFINITY))) {
          throw new Error("it has not settled, and no timer is set that could settle it");
        }
      }
      return promise;
    },
  };
}
