import type { Attempt } from "../events/delivery.ts";
import type { Observer } from "../events/event.ts";
import type { Journal } from "../events/journal.ts";
import type { Outcome } from "../failure/outcome.ts";
import type { SuppressionList } from "../feedback/suppression.ts";

/** What is known of an attempt, while it is made and afterwards. */
export interface AttemptState {
  readonly provider: string;
  readonly to: readonly string[];
  /** The hand-over is under way. */
  readonly isHandingOver: boolean;
  /** The message may be on its way. */
  readonly handedOver: boolean;
  /** It made attempts of others through its scope, as a chain does, and none of its own. */
  readonly forwarded: boolean;
  /** It was not made after all: the journal could not be opened for it. */
  readonly isVoid: boolean;
  /** Absent while it is under way. */
  readonly outcome: Outcome | undefined;
  /** Ends it at once, if it has not ended: its answer is no longer waited for. */
  abandon(): void;
}

/**
 * What belongs to a whole delivery rather than to one attempt. Handed down through links and chains within chains;
 * an ordinary provider has no use for it. Attempts are numbered and noted through it, by core alone.
 */
export interface DeliveryScope {
  /** Absent if there are no observers. */
  readonly observe?: Observer | undefined;
  readonly journal?: Journal | undefined;
  /** When the whole delivery must be over, as the chain's clock counts (`Clock.now`). */
  readonly deadlineAt: number;
}

/** When a provider is tried again, and for whom: nobody, if others took the message or the delivery is over. */
export interface RetryPlan {
  readonly to: readonly string[];
  /** How long after the failure, ms. */
  readonly delayMs: number;
}

/** A provider's next try, as its link wants it. */
export interface RetryRequest extends RetryPlan {
  /** For whom it was tried, and what it answered. */
  readonly tried: readonly string[];
  readonly outcome: Outcome;
  /** It may be tried again at once: it failed quickly, or took the message for some. */
  readonly isQuick: boolean;
  /** Aborts when the request is given up. */
  readonly signal: AbortSignal;
}

/** A scope as core made it. */
export interface AttemptScope extends DeliveryScope {
  /**
   * The number of the attempt that begins now; 0 if none may begin any more.
   * @param attempt absent for one that is not made (a skipped one)
   * @param n a number that is taken already: the attempt is made in the name of one that had it
   * @param to whom it is for
   */
  nextAttempt(attempt?: AttemptState, n?: number, to?: readonly string[]): number;
  /** Whose message it is. */
  readonly tenant?: string | undefined;
  /** The suppression lists that were asked for it. */
  readonly asked?: readonly SuppressionList[] | undefined;
  /** Whether there is a provider that was not called yet. */
  readonly hasUntried?: boolean | undefined;
  /** Lets other providers be called before the next try of one. Absent: there are no others. */
  planRetry?(request: RetryRequest): Promise<RetryPlan>;
  /** Notes a finished or skipped attempt. */
  record(attempt: Attempt, outcome: Outcome): void;
}

/**
 * A scope as core made it. A copy of one cannot number and record attempts: going on without would hide them from
 * journal and delivery.
 * @throws {TypeError} for anything else
 */
export function attemptScope(scope: DeliveryScope | undefined): AttemptScope | undefined {
  if (scope === undefined) return undefined;
  if (!("nextAttempt" in scope)) throw new TypeError("scope: pass on the scope of the context as it is");
  return scope as AttemptScope;
}

/** A scope within another one, which sees what is made through it. */
export class InnerScope<Outer extends AttemptScope | undefined = AttemptScope> implements AttemptScope {
  readonly outer: Outer;

  constructor(outer: Outer) {
    this.outer = outer;
  }

  get observe(): Observer | undefined {
    return this.outer?.observe;
  }

  get journal(): Journal | undefined {
    return this.outer?.journal;
  }

  get deadlineAt(): number {
    return this.outer?.deadlineAt ?? Number.POSITIVE_INFINITY;
  }

  nextAttempt(attempt?: AttemptState, n?: number, to?: readonly string[]): number {
    return this.outer?.nextAttempt(attempt, n, to) ?? 0;
  }

  get tenant(): string | undefined {
    return this.outer?.tenant;
  }

  get asked(): readonly SuppressionList[] | undefined {
    return this.outer?.asked;
  }

  get hasUntried(): boolean {
    return this.outer?.hasUntried === true;
  }

  async planRetry(request: RetryRequest): Promise<RetryPlan> {
    return this.outer?.planRetry?.(request) ?? request;
  }

  record(attempt: Attempt, outcome: Outcome): void {
    this.outer?.record(attempt, outcome);
  }
}
