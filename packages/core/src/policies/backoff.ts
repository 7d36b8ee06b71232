/** How long to wait before a retry. */
export interface Backoff {
  /** The first retry waits up to this long, ms. */
  readonly baseMs: number;
  /** No retry waits longer, ms. */
  readonly capMs: number;
}

/**
 * Full jitter: anything between nothing and the doubled-each-time bound, so that many who failed together do not
 * come back together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 * @param retry 1 for the first retry
 * @param random from 0 (included) to 1 (excluded)
 */
export function fullJitterMs(retry: number, backoff: Backoff, random: () => number): number {
  if (backoff.baseMs <= 0 || backoff.capMs <= 0) return 0;
  const bound = Math.min(backoff.capMs, backoff.baseMs * 2 ** (retry - 1));
  return Math.min(bound, Math.max(0, random() * bound));
}
