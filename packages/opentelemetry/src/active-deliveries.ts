import type { Context, Span } from "@opentelemetry/api";
import type { Delivery } from "@relais/core/spi";

/** A delivery under way. */
export interface ActiveDelivery {
  readonly span: Span;
  /** With the delivery's span as the active one: what its attempts begin in. */
  readonly inside: Context;
  /** Attempts that have begun, by id; undefined for those that are over. */
  readonly attempts: Map<string, Span | undefined>;
  /** The number of the attempt that would come next. */
  nextAttempt: number;
  /** When it began, ms since 1970. */
  readonly startedAt: number;
  /** When the last of its attempts ended, ms since 1970. */
  lastEndedAt: number;
}

/** Deliveries under way, found by what events say. */
export interface ActiveDeliveries {
  begin(message: string, delivery: ActiveDelivery): void;
  /**
   * The delivery of a message; of several at once of the same message, the one whose next attempt is number `n`, else
   * the first.
   */
  find(message: string | undefined, n?: number): ActiveDelivery | undefined;
  /** The delivery that made an attempt. */
  of(message: string | undefined, attempt: string): ActiveDelivery | undefined;
  /** Takes out the one that ended so. */
  end(delivery: Delivery): ActiveDelivery | undefined;
}

/** Nothing is kept of a delivery that is over. */
export function activeDeliveries(): ActiveDeliveries {
  const open = new Map<string, ActiveDelivery[]>();
  const all = (message: string | undefined): ActiveDelivery[] => open.get(message ?? "") ?? [];
  return {
    begin(message, delivery) {
      const others = open.get(message);
      if (others === undefined) open.set(message, [delivery]);
      else others.push(delivery);
    },
    find: (message, n) => all(message).find(({ nextAttempt }) => nextAttempt === n) ?? all(message)[0],
    of: (message, attempt) => all(message).find(({ attempts }) => attempts.has(attempt)),
    end({ id, attempts }) {
      const list = all(id);
      const index = list.findIndex((one) => attempts.some((attempt) => one.attempts.has(attempt.id)));
      const [ended] = list.splice(Math.max(0, index), 1);
      if (list.length === 0) open.delete(id);
      return ended;
    },
  };
}
