/** A bound on how much goes on at once; later callers wait in a queue, first come first served. */
export interface Slots {
  /**
   * Waits for room for `weight`, then resolves with a function that gives it back (once; more calls do nothing).
   * Weights count in whole units, so that what is given back is what was taken. Resolves `undefined` if the signal aborts first. Something heavier than everything may go alone.
   */
  take(weight: number, signal?: AbortSignal): Promise<(() => void) | undefined>;
  /** How many wait in line. */
  readonly waiting: number;
  /** The weight that is out. */
  readonly taken: number;
}

interface QueuedCaller {
  readonly weight: number;
  readonly admit: () => void;
}

/** @param capacity the total weight that may be out at once */
export function slots(capacity: number): Slots {
  const line = new Set<QueuedCaller>();
  let taken = 0;
  const fits = (weight: number): boolean => taken === 0 || taken + weight <= capacity;

  const admitNext = (): void => {
    for (const waiter of line) {
      if (!fits(waiter.weight)) return;
      line.delete(waiter);
      waiter.admit();
    }
  };
  const hold = (weight: number): (() => void) => {
    taken += weight;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      taken -= weight;
      admitNext();
    };
  };

  return {
    get waiting() {
      return line.size;
    },
    get taken() {
      return taken;
    },
    take(heavy, signal) {
      // Fractions would leave a remainder behind, and then nothing is ever empty again.
      const weight = heavy > 0 ? Math.max(1, Math.floor(heavy)) : 0;
      if (signal?.aborted) return Promise.resolve(undefined);
      if (line.size === 0 && fits(weight)) return Promise.resolve(hold(weight));
      return new Promise((resolve) => {
        const onAbort = (): void => {
          line.delete(waiter);
          resolve(undefined);
          admitNext(); // a heavy one that left may have held up lighter ones
        };
        const waiter: QueuedCaller = {
          weight,
          admit: () => {
            signal?.removeEventListener("abort", onAbort);
            resolve(hold(weight));
          },
        };
        line.add(waiter);
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
  };
}
