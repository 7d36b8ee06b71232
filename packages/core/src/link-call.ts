import type { Attempt } from "./attempt.ts";
import type { Observer } from "./event.ts";
import type { Journal } from "./journal.ts";
import { failure } from "./make-outcome.ts";
import type { Outcome } from "./outcome.ts";
import { reconcile } from "./reconcile.ts";
import type { AttemptState, DeliveryScope } from "./scope.ts";
import type { Settled } from "./settled.ts";
import { readOutcome } from "./sound-outcome.ts";

/**
 * One call of one link: the scope that its policies see, and all attempts that are made in it. A class, since it is
 * made for every send.
 */
export class LinkCall implements DeliveryScope {
  readonly #link: string;
  readonly #delivery: DeliveryScope;
  readonly #attempts: AttemptState[] = [];
  #isOver = false;

  constructor(link: string, delivery: DeliveryScope) {
    this.#link = link;
    this.#delivery = delivery;
  }

  get observe(): Observer | undefined {
    return this.#delivery.observe;
  }

  get journal(): Journal | undefined {
    return this.#delivery.journal;
  }

  get deadlineAt(): number {
    return this.#delivery.deadlineAt;
  }

  nextAttempt(attempt?: AttemptState, n?: number): number {
    // A policy may begin an attempt after it has answered: the message may be with somebody else by then.
    if (this.#isOver) return 0;
    if (attempt !== undefined) this.#attempts.push(attempt);
    return this.#delivery.nextAttempt(attempt, n);
  }

  record(attempt: Attempt, outcome: Outcome): void {
    this.#delivery.record(attempt, outcome);
  }

  /** Ends the call, with an outcome that fits what its attempts met: whatever the policies answered, threw or forgot. */
  conclude(end: Settled<unknown>, to: readonly string[]): Outcome {
    this.#isOver = true;
    const attempts = this.#attempts;
    const [first] = attempts;
    // One attempt, and its own outcome: the usual case.
    if (
      end.state === "resolved" &&
      attempts.length === 1 &&
      first?.outcome === end.value &&
      first?.to === to &&
      first.outcome !== undefined
    )
      return first.outcome;
    for (const one of attempts) one.abandon();
    const facts = { crossed: false, refusal: undefined, names: true };
    const said = end.state === "resolved" ? readOutcome(this.#link, end.value, to, facts) : undefined;
    return reconcile(said, this.#silence(end), to, attempts);
  }

  #silence({ state }: Settled<unknown>) {
    const provider = this.#link;
    if (state === "abandoned") {
      return failure({ provider, kind: "cancelled", reason: "out of time: a policy did not answer" });
    }
    const how =
      state === "rejected" ? "threw instead of answering" : "answered neither a receipt nor a failure";
    return failure({ provider, kind: "transient", again: false, reason: `a policy ${how}` });
  }
}
