import type { Attempt } from "../attempt.ts";
import type { Observer } from "../event.ts";
import type { Journal } from "../journal.ts";
import type { Outcome } from "../outcome.ts";
import type { AttemptState, DeliveryScope } from "../scope.ts";

/** A scope that knows whether an answer is waited for: an attempt was handed over, and has not ended. */
export class TimedScope implements DeliveryScope {
  readonly #outer: DeliveryScope;
  readonly #ended: () => void;
  readonly #attempts: AttemptState[] = [];

  /** @param ended told whenever an attempt has ended */
  constructor(outer: DeliveryScope, ended: () => void) {
    this.#outer = outer;
    this.#ended = ended;
  }

  get observe(): Observer | undefined {
    return this.#outer.observe;
  }

  get journal(): Journal | undefined {
    return this.#outer.journal;
  }

  get deadlineAt(): number {
    return this.#outer.deadlineAt;
  }

  get awaitsAnswer(): boolean {
    return this.#attempts.some(
      ({ crossed, outcome, passedOn }) => crossed && !passedOn && outcome === undefined,
    );
  }

  nextAttempt(attempt?: AttemptState, n?: number): number {
    if (attempt !== undefined) this.#attempts.push(attempt);
    return this.#outer.nextAttempt(attempt, n);
  }

  record(attempt: Attempt, outcome: Outcome): void {
    this.#outer.record(attempt, outcome);
    this.#ended();
  }
}
