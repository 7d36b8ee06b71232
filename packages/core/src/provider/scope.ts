import type { Attempt } from "../events/attempt.ts";
import type { Observer } from "../events/event.ts";
import type { Journal } from "../events/journal.ts";
import type { Outcome } from "../failure/outcome.ts";

/** What is known of an attempt, while it is made and afterwards. */
export interface AttemptState {
  readonly provider: string;
  readonly to: readonly string[];
  /** The point of no return is being crossed. */
  readonly isCrossing: boolean;
  /** It was crossed: the message may be on its way. */
  readonly crossed: boolean;
  /** It made attempts of others through its scope, as a chain does, and none of its own. */
  readonly passedOn: boolean;
  /** It was not made after all: the journal could not be opened for it. */
  readonly isVoid: boolean;
  /** Absent while it is under way. */
  readonly outcome: Outcome | undefined;
  /** Ends it at once, if it has not ended: nobody waits for it any more. */
  abandon(): void;
}

/**
 * What belongs to a whole delivery rather than to one attempt. Handed down through links and chains within chains;
 * an ordinary provider has no use for it.
 */
export interface DeliveryScope {
  /** Absent if nobody looks on. */
  readonly observe?: Observer | undefined;
  readonly journal?: Journal | undefined;
  /** When the whole delivery must be over, as the chain's clock counts (`Clock.now`). */
  readonly deadlineAt: number;
  /**
   * The number of the attempt that begins now; 0 if none may begin any more.
   * @param attempt absent for one that is not made (a skipped one)
   * @param n a number that is taken already: the attempt is made in the name of one that had it
   */
  nextAttempt(attempt?: AttemptState, n?: number): number;
  /** Notes a finished or skipped attempt. */
  record(attempt: Attempt, outcome: Outcome): void;
}
