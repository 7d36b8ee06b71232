import { noHandOverHook } from "../attempt/current-attempt.ts";
import { mergeOutcomes } from "../attempt/merge-outcomes.ts";
import { parseOutcome } from "../failure/normalize.ts";
import { failure, type Outcome } from "../failure/outcome.ts";
import type { Envelope, Message } from "../message/message.ts";
import { isSettling } from "../policies/policy.ts";
import { type AttemptScope, type AttemptState, InnerScope } from "../provider/scope.ts";
import type { Clock } from "../runtime/clock.ts";
import { settleWithGrace, tryAsync } from "../runtime/wait.ts";
import type { Link } from "./link.ts";

/** How long a link may take to answer after an abort, ms: its providers and the journal have less. */
const graceMs = 50;

/** Stands for the answer of policies that gave none within the grace period. */
const noAnswer = Symbol("no answer");

/** What a call needs of its delivery. */
export interface CallContext {
  readonly message: Message;
  readonly signal: AbortSignal;
  readonly handOver: (() => Promise<void>) | undefined;
  readonly clock: Clock;
}

/**
 * One call of one link: the scope that its policies see, and all attempts that are made in it. A class, since one is made
 * for every send.
 */
export class LinkCall extends InnerScope<AttemptScope & CallContext> {
  readonly #link: Link;
  readonly #envelope: Envelope;
  #first: AttemptState | undefined;
  #more: AttemptState[] | undefined;
  #isOver = false;

  constructor(link: Link, envelope: Envelope, delivery: AttemptScope & CallContext) {
    super(delivery);
    this.#link = link;
    this.#envelope = envelope;
  }

  override nextAttempt(attempt?: AttemptState, n?: number): number {
    // A policy may begin an attempt after it has answered: another provider may have the message by then.
    if (this.#isOver) return 0;
    if (attempt !== undefined) {
      if (this.#first === undefined) this.#first = attempt;
      else if (this.#more === undefined) this.#more = [attempt];
      else this.#more.push(attempt);
    }
    return super.nextAttempt(attempt, n);
  }

  /** Calls the link. Settles soon after an abort, whatever its policies do; rejects if one of them throws. */
  answer(): Promise<unknown> {
    const { message, signal, handOver = noHandOverHook, clock } = this.outer;
    const context = { envelope: this.#envelope, signal, handOver, scope: this };
    const { send } = this.#link;
    // Core's own policies settle by themselves: most sends need no promise more.
    if (isSettling(send)) return send(message, context);
    return settleWithGrace<unknown, unknown>(
      tryAsync(() => this.#link.send(message, context)),
      signal,
      clock,
      graceMs,
      (end) =>
        end.state === "resolved"
          ? end.value
          : end.state === "abandoned"
            ? noAnswer
            : Promise.reject(end.reason),
    );
  }

  /** The outcome of a call that was answered: one that fits what is known of its attempts. */
  outcomeOf(answer: unknown): Outcome {
    if (answer === noAnswer)
      return this.#merge(undefined, "out of time: a policy did not answer", "cancelled");
    this.#isOver = true;
    const first = this.#first;
    const outcome = first?.outcome;
    const { to } = this.#envelope;
    // One attempt, and its own outcome: the usual case.
    if (outcome !== undefined && outcome === answer && this.#more === undefined && first?.to === to)
      return outcome;
    const facts = { handedOver: false, refusal: undefined, forwards: true };
    const parsed = parseOutcome(this.#link.id, answer, to, facts);
    return this.#merge(parsed, "a policy answered neither a receipt nor a failure");
  }

  /** The outcome of a call whose policies threw. */
  thrownOutcome(): Outcome {
    return this.#merge(undefined, "a policy threw instead of answering");
  }

  #merge(
    answer: Outcome | undefined,
    reason: string,
    kind: "transient" | "cancelled" = "transient",
  ): Outcome {
    this.#isOver = true;
    const first = this.#first;
    const attempts = first === undefined ? [] : [first, ...(this.#more ?? [])];
    for (const one of attempts) one.abandon();
    const again = kind === "transient" ? (false as const) : undefined;
    const fallback = failure({ provider: this.#link.id, kind, again, reason });
    return mergeOutcomes(answer, fallback, this.#envelope.to, attempts);
  }
}
