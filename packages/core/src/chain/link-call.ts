import { mergeOutcomes } from "../attempt/merge-outcomes.ts";
import type { Attempt } from "../events/delivery.ts";
import type { Observer } from "../events/event.ts";
import type { Journal } from "../events/journal.ts";
import { parseOutcome } from "../failure/normalize.ts";
import { failure, type Outcome } from "../failure/outcome.ts";
import type { AttemptState, DeliveryScope } from "../provider/provider.ts";
import type { Settled } from "../runtime/wait.ts";

/**
 * One call of one link: the scope that its policies see, and all attempts that are made in it. A class, since it is
 * made for every send.
 */
export class LinkCall implements DeliveryScope {
  readonly #link: string;
  readonly #delivery: DeliveryScope;
  #first: AttemptState | undefined;
  #more: AttemptState[] | undefined;
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
    if (attempt !== undefined) {
      if (this.#first === undefined) this.#first = attempt;
      else if (this.#more === undefined) this.#more = [attempt];
      else this.#more.push(attempt);
    }
    return this.#delivery.nextAttempt(attempt, n);
  }

  record(attempt: Attempt, outcome: Outcome): void {
    this.#delivery.record(attempt, outcome);
  }

  /** The end of a call whose answer came: an outcome that fits what its attempts met. */
  answered(value: unknown, to: readonly string[]): Outcome {
    this.#isOver = true;
    const first = this.#first;
    const outcome = first?.outcome;
    // One attempt, and its own outcome: the usual case.
    if (outcome !== undefined && outcome === value && this.#more === undefined && first?.to === to)
      return outcome;
    const facts = { handedOver: false, refusal: undefined, forwards: true };
    const said = parseOutcome(this.#link, value, to, facts);
    return this.#together(said, "a policy answered neither a receipt nor a failure", to);
  }

  /** The end of a call whose policies threw, or did not answer in time. */
  failed({ state }: Settled<unknown>, to: readonly string[]): Outcome {
    this.#isOver = true;
    const isLate = state === "abandoned";
    const why = isLate ? "out of time: a policy did not answer" : "a policy threw instead of answering";
    return this.#together(undefined, why, to, isLate);
  }

  #together(said: Outcome | undefined, reason: string, to: readonly string[], isLate = false): Outcome {
    const first = this.#first;
    const attempts = first === undefined ? [] : [first, ...(this.#more ?? [])];
    for (const one of attempts) one.abandon();
    const provider = this.#link;
    const silence = isLate
      ? failure({ provider, kind: "cancelled", reason })
      : failure({ provider, kind: "transient", again: false, reason });
    return mergeOutcomes(said, silence, to, attempts);
  }
}
