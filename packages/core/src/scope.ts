import type { Attempt } from "./attempt.ts";
import type { Observer } from "./event.ts";
import type { Journal } from "./journal.ts";
import type { Outcome } from "./outcome.ts";

/**
 * What belongs to a whole delivery rather than to one attempt. Handed down through links and chains within chains;
 * an ordinary provider has no use for it.
 */
export interface DeliveryScope {
  /** Absent if nobody looks on. */
  readonly observe?: Observer | undefined;
  readonly journal?: Journal | undefined;
  /** When the whole delivery must be over, in ms since 1970. */
  readonly deadlineAt: number;
  /** The number of the attempt that begins now. */
  nextAttempt(): number;
  /** Notes a finished or skipped attempt. */
  record(attempt: Attempt, outcome: Outcome): void;
}
