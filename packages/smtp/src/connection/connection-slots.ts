import { sleep, systemClock } from "@relais/core/spi";

/** One message's right to a connection. */
export interface Slot {
  /**
   * The server has turned a connection away, since it has enough of them: from now on there are only as many as it
   * took, and this message waits for one of them, before all others. Resolves true when it is its turn again, false
   * if that is not to be expected (no connection of ours is there to wait for) or the signal has aborted.
   */
  requeue(signal: AbortSignal): Promise<boolean>;
  /** Gives the slot back, once; more calls do nothing. */
  release(): void;
}

/** Who may have a connection, first come first served; at most as many at once as the server takes. */
export interface ConnectionSlots {
  /** Resolves `undefined` if the signal aborts first. */
  acquire(signal: AbortSignal): Promise<Slot | undefined>;
  /** The server took a connection. */
  connected(): void;
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
 * @param maxConnections at once, as configured
 * @param idle how many connections are open and wait for a message
 * @param now ms, for tests
 */
export function connectionSlots(
  maxConnections: number,
  idle: () => number,
  now: () => number = systemClock.now,
): ConnectionSlots {
  let queue: Waiter[] = [];
  let inUse = 0;
  let limit = maxConnections;
  let growthMs = firstGrowthMs;
  let grownAt = 0;
  let onTrial = false;
  /** Since when the server has turned us away with nothing of ours open. */
  let fullSince: number | undefined;

  const grow = (): void => {
    if (limit >= maxConnections) return;
    const steps = Math.floor((now() - grownAt) / growthMs);
    if (steps < 1) return;
    limit = Math.min(maxConnections, limit + steps);
    grownAt = now();
    onTrial = true;
  };
  const shrink = (open: number): void => {
    if (open >= limit) return;
    // Turned away when it was tried with more: the next trial comes later.
    if (onTrial) growthMs = Math.min(slowestGrowthMs, growthMs * 2);
    onTrial = false;
    limit = Math.max(1, open);
    grownAt = now();
  };
  const admitNext = (): void => {
    grow();
    for (let next = queue[0]; next !== undefined && inUse < limit; next = queue[0]) {
      queue.shift();
      inUse += 1;
      next.admit();
    }
  };

  /** Resolves true with a slot in use, false if the signal aborts first. */
  const wait = (signal: AbortSignal, enqueue: (waiter: Waiter) => void): Promise<boolean> => {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const onAbort = (): void => {
        queue = queue.filter((one) => one !== waiter);
        resolve(false);
      };
      const waiter: Waiter = {
        admit: () => {
          signal.removeEventListener("abort", onAbort);
          resolve(true);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      enqueue(waiter);
      admitNext();
    });
  };

  /** Nothing of ours is open: a short while is waited, with the slot kept. */
  const waitAlone = async (signal: AbortSignal): Promise<boolean> => {
    fullSince ??= now();
    const waitedMs = now() - fullSince;
    if (waitedMs >= patienceMs) return false;
    const pauseMs = Math.min(Math.max(firstPauseMs, waitedMs), patienceMs - waitedMs);
    return sleep(systemClock, pauseMs, signal);
  };

  // A class: one is made for every send.
  class HeldSlot implements Slot {
    #isHeld = true;

    release(): void {
      if (!this.#isHeld) return;
      this.#isHeld = false;
      inUse -= 1;
      admitNext();
    }

    async requeue(signal: AbortSignal): Promise<boolean> {
      const others = inUse - 1 + idle();
      shrink(others);
      if (others === 0) return waitAlone(signal);
      this.#isHeld = false;
      inUse -= 1;
      this.#isHeld = await wait(signal, (waiter) => queue.unshift(waiter));
      return this.#isHeld;
    }
  }

  return {
    get limit() {
      return limit;
    },
    get open() {
      return inUse + idle();
    },
    connected: () => {
      fullSince = undefined;
    },
    acquire: async (signal) => {
      grow();
      // With nobody before it, a message need not listen for an abort.
      if (queue.length === 0 && inUse < limit && !signal.aborted) inUse += 1;
      else if (!(await wait(signal, (waiter) => queue.push(waiter)))) return undefined;
      return new HeldSlot();
    },
  };
}
