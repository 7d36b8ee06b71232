/** Time as the policies and the chain see it. Tests give their own, so that none of them sleeps. */
export interface Clock {
  /** Ms since 1970, never going backwards. */
  now(): number;
  /** Calls `run` once, `delayMs` from now, unless the returned function is called before. */
  after(delayMs: number, run: () => void): () => void;
}

const longestDelayMs = 2 ** 31 - 1;
const { timeOrigin } = performance;

/** The machine's own clock, immune to steps of the wall clock while the process lives. */
export const systemClock: Clock = Object.freeze({
  now: () => timeOrigin + performance.now(),
  after: (delayMs: number, run: () => void) => {
    // A longer delay would overflow to 1 ms.
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), longestDelayMs));
    return () => clearTimeout(timer);
  },
});
