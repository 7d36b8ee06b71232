/** A bucket of retries: each takes one out, successes put some back (Finagle's and gRPC's retry budgets). */
export interface RetryBudget {
  /** Takes one retry out; false if there is none left. */
  take(): boolean;
  /** A first attempt succeeded. */
  succeeded(): void;
  /** A retry succeeded: it was worth it, and is put back. */
  refund(): void;
  left(): number;
}

/**
 * @param capacity retries that may be made without any success between them
 * @param refill what a success puts back
 */
export function retryBudget(capacity: number, refill: number): RetryBudget {
  let left = capacity;
  const put = (amount: number): void => {
    left = Math.min(capacity, left + amount);
  };
  return {
    take() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
    succeeded: () => put(refill),
    refund: () => put(1),
    left: () => left,
  };
}
