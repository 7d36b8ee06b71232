import { sleep, systemClock } from "@relais/core/spi";

/** One message's right to a connection. */
export interface Place {
  /**
   * The server has turned a connection away, since it has enough of them: from now on there are only as many as it
   * took, and this message waits for one of them, before all others. Resolves true when it is its turn again, false
   * if that is not to be expected (no connection of ours is there to wait for) or the signal has aborted.
   */
  stepBack(signal: AbortSignal): Promise<boolean>;
  /** Gives the place back, once; more calls do nothing. */
  leave(): void;
}

/** Who may have a connection, in order; at most as many at once as the server takes. */
export interface Places {
  /** Resolves `undefined` if the signal aborts first. */
  enter(signal: AbortSignal): Promise<Place | undefined>;
  /** A connection was let in. */
  welcomed(): void;
  /** How many connections there may be now. */
  readonly limit: number;
  /** How many there are, or are about to be. */
  readonly open: number;
}

interface Waiter {
  readonly admit: () => void;
}

/** With no connection of ours there, somebody else has them all: that is waited for so long, ms, and no longer. */
const patienceMs = 1_500;
const firstPauseMs = 50;
/** A connection more is tried after so long, and after twice that each time it is turned away; ms. */
const firstGrowthMs = 5_000;
const slowestGrowthMs = 300_000;

/**
 * @param most connections at once, as configured
 * @param idle how many connections are open and wait for a message
 * @param now ms, for tests
 */
export function places(most: number, idle: () => number, now: () => number = systemClock.now): Places {
  let line: Waiter[] = [];
  let taken = 0;
  let limit = most;
  let growthMs = firstGrowthMs;
  let grownAt = 0;
  let onTrial = false;
  /** Since when the server has turned us away with nothing of ours open. */
  let fullSince: number | undefined;

  const grow = (): void => {
    if (limit >= most) return;
    const steps = Math.floor((now() - grownAt) / growthMs);
    if (steps < 1) return;
    limit = Math.min(most, limit + steps);
    grownAt = now();
    onTrial = true;
  };
  const shrink = (standing: number): void => {
    if (standing >= limit) return;
    // Turned away when it was tried with more: the next trial comes later.
    if (onTrial) growthMs = Math.min(slowestGrowthMs, growthMs * 2);
    onTrial = false;
    limit = Math.max(1, standing);
    grownAt = now();
  };
  const admitNext = (): void => {
    grow();
    for (let next = line[0]; next !== undefined && taken < limit; next = line[0]) {
      line.shift();
      taken += 1;
      next.admit();
    }
  };

  /** Resolves true with a place taken, false if the signal aborts first. */
  const queue = (signal: AbortSignal, put: (waiter: Waiter) => void): Promise<boolean> => {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const onAbort = (): void => {
        line = line.filter((one) => one !== waiter);
        resolve(false);
      };
      const waiter: Waiter = {
        admit: () => {
          signal.removeEventListener("abort", onAbort);
          resolve(true);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      put(waiter);
      admitNext();
    });
  };

  const place = (): Place => {
    let held = true;
    const leave = (): void => {
      if (!held) return;
      held = false;
      taken -= 1;
      admitNext();
    };
    /** Nothing of ours is open: a short while is waited, in place. */
    const waitAlone = async (signal: AbortSignal): Promise<boolean> => {
      fullSince ??= now();
      const waitedMs = now() - fullSince;
      if (waitedMs >= patienceMs) return false;
      const pauseMs = Math.min(Math.max(firstPauseMs, waitedMs), patienceMs - waitedMs);
      return sleep(systemClock, pauseMs, signal);
    };
    return {
      leave,
      stepBack: async (signal) => {
        const others = taken - 1;
        shrink(others + idle());
        if (others + idle() === 0) return waitAlone(signal);
        held = false;
        taken -= 1;
        held = await queue(signal, (waiter) => line.unshift(waiter));
        return held;
      },
    };
  };

  return {
    get limit() {
      return limit;
    },
    get open() {
      return taken + idle();
    },
    welcomed: () => {
      fullSince = undefined;
    },
    enter: async (signal) => ((await queue(signal, (waiter) => line.push(waiter))) ? place() : undefined),
  };
}
