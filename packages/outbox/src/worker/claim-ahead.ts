/** How many messages a worker may hold: those that are being sent, and a few more that are claimed ahead. */
export interface ClaimAhead {
  /** How many more may be claimed. */
  room(count: Counts): number;
  /** Notes how long a delivery took, ms. */
  measure(tookMs: number): void;
}

interface Counts {
  /** All that are held, those that are being written too. */
  readonly held: number;
  /** Those that are being sent, or next. */
  readonly unsent: number;
}

/**
 * While deliveries take less than this on average some messages are claimed ahead, many at once, so that the next are
 * there while it is being written what became of the last.
 */
const quickMs = 100;
/** Longer than this counts as this: a clock that is set may make it anything. */
const maxDeliveryMs = 10_000;

/** @param concurrency messages being sent at once */
export function claimAhead(concurrency: number): ClaimAhead {
  let averageMs = Number.POSITIVE_INFINITY;
  return {
    room({ held, unsent }) {
      // Also where ends cannot be written at the moment: what is handed over without one is unknown after a crash.
      if (held > 2 * concurrency) return 0;
      return averageMs >= quickMs ? concurrency - unsent : 4 * concurrency - held;
    },
    measure(tookMs) {
      const ms = Math.min(Math.max(0, tookMs), maxDeliveryMs);
      averageMs = Number.isFinite(averageMs) ? averageMs * 0.9 + ms * 0.1 : ms;
    },
  };
}
