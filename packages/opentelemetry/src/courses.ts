import type { Context, Span } from "@opentelemetry/api";
import type { Delivery } from "@relais/core/spi";

/** A delivery under way. */
export interface Course {
  readonly span: Span;
  /** With the delivery's span as the active one: what its attempts begin in. */
  readonly inside: Context;
  /** Attempts that have begun, by id; undefined for those that are over. */
  readonly attempts: Map<string, Span | undefined>;
  /** The number of the attempt that would come next. */
  next: number;
  /** When it began, ms since 1970. */
  readonly began: number;
  /** When the last of its attempts ended, ms since 1970. */
  lastEnd: number;
}

/** Deliveries under way, found by what events tell of them. */
export interface Courses {
  begin(message: string, course: Course): void;
  /**
   * The delivery of a message; of several at once of the same message, the one whose next attempt is number `n`, else
   * the first.
   */
  find(message: string | undefined, n?: number): Course | undefined;
  /** The delivery that made an attempt. */
  of(message: string | undefined, attempt: string): Course | undefined;
  /** Takes out the one that ended so. */
  end(delivery: Delivery): Course | undefined;
}

/** Nothing is kept of a delivery that is over. */
export function courses(): Courses {
  const open = new Map<string, Course[]>();
  const all = (message: string | undefined): Course[] => open.get(message ?? "") ?? [];
  return {
    begin(message, course) {
      const others = open.get(message);
      if (others === undefined) open.set(message, [course]);
      else others.push(course);
    },
    find: (message, n) => all(message).find(({ next }) => next === n) ?? all(message)[0],
    of: (message, attempt) => all(message).find(({ attempts }) => attempts.has(attempt)),
    end({ id, attempts }) {
      const list = all(id);
      const own = list.findIndex((one) => attempts.some((attempt) => one.attempts.has(attempt.id)));
      const [ended] = list.splice(Math.max(0, own), 1);
      if (list.length === 0) open.delete(id);
      return ended;
    },
  };
}
