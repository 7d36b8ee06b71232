import { noHandOverHook } from "../attempt/current-attempt.ts";
import { mergeOutcomes } from "../attempt/merge-outcomes.ts";
import { parseOutcome } from "../failure/normalize.ts";
import { type Failure, failure, type Outcome } from "../failure/outcome.ts";
import type { Envelope, Message } from "../message/message.ts";
import { isSettling } from "../policies/policy.ts";
import {
  type AttemptScope,
  type AttemptState,
  InnerScope,
  type RetryPlan,
  type RetryRequest,
} from "../provider/scope.ts";
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
  /** Lets other links be called before a call's next try. */
  scheduleRetry(call: LinkCall, request: RetryRequest): Promise<RetryPlan>;
}

/**
 * One call of one link: the scope that its policies see, and all attempts that are made in it. A class, since one is made
 * for every send.
 */
export class LinkCall extends InnerScope<AttemptScope & CallContext> {
  /** The link's index in the chain. */
  readonly index: number;
  /** Ends its wait for the next try. Set while other links are called: then it may make no attempts. */
  giveUp: (() => void) | undefined;
  /** The recipients it resumed for; its outcome covers only them. */
  resumedFor: readonly string[] | undefined;
  readonly #link: Link;
  readonly #envelope: Envelope;
  #first: AttemptState | undefined;
  #more: AttemptState[] | undefined;
  #isOver = false;

  constructor(link: Link, index: number, envelope: Envelope, delivery: AttemptScope & CallContext) {
    super(delivery);
    this.index = index;
    this.#link = link;
    this.#envelope = envelope;
  }

  override nextAttempt(
    attempt?: AttemptState,
    n?: number,
    to: readonly string[] | undefined = attempt?.to,
  ): number {
    // A policy may begin an attempt after it has answered: another provider may have the message by then.
    if (this.#isOver || (to !== undefined && !this.#mayHave(to))) return 0;
    if (attempt !== undefined) {
      if (this.#first === undefined) this.#first = attempt;
      else if (this.#more === undefined) this.#more = [attempt];
      else this.#more.push(attempt);
    }
    return super.nextAttempt(attempt, n, to);
  }

  /** Whether these may still get the message from this call: other links may have been called for them meanwhile. */
  #mayHave(to: readonly string[]): boolean {
    const { resumedFor } = this;
    return (
      this.giveUp === undefined &&
      (resumedFor === undefined || to.every((address) => resumedFor.includes(address)))
    );
  }

  override async planRetry(request: RetryRequest): Promise<RetryPlan> {
    if (this.#isOver || this.giveUp !== undefined) return { to: [], delayMs: 0 };
    // One of several calls within this one knows nothing of the others' recipients: its next try stays where it is.
    if (!isSameList(request.tried, this.#envelope.to)) return request;
    // One that is under way may take the message: no other link is to be called for now.
    const isUnderWay = this.#attempts.some(
      (one) => !one.forwarded && !one.isVoid && one.outcome === undefined,
    );
    const answer = isUnderWay ? undefined : this.#parse(request.outcome, request.tried);
    if (answer === undefined) return request;
    const outcome = mergeOutcomes(answer, this.#noAnswer(""), request.tried, this.#attempts);
    return this.outer.scheduleRetry(this, { ...request, outcome });
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
    return this.#merge(this.#parse(answer, to), "a policy answered neither a receipt nor a failure");
  }

  /** The outcome of a call whose policies threw. */
  thrownOutcome(): Outcome {
    return this.#merge(undefined, "a policy threw instead of answering");
  }

  get #attempts(): readonly AttemptState[] {
    return this.#first === undefined ? [] : [this.#first, ...(this.#more ?? [])];
  }

  #parse(answer: unknown, to: readonly string[]): Outcome | undefined {
    const facts = { handedOver: false, refusal: undefined, forwards: true };
    return parseOutcome(this.#link.id, answer, to, facts);
  }

  #noAnswer(reason: string, kind: "transient" | "cancelled" = "transient"): Failure {
    const retryable = kind === "transient" ? (false as const) : undefined;
    return failure({ provider: this.#link.id, kind, retryable, reason });
  }

  #merge(answer: Outcome | undefined, reason: string, kind?: "cancelled"): Outcome {
    this.#isOver = true;
    const attempts = this.#attempts;
    for (const one of attempts) one.abandon();
    return mergeOutcomes(answer, this.#noAnswer(reason, kind), this.#envelope.to, attempts);
  }
}

const isSameList = (some: readonly string[], others: readonly string[]): boolean =>
  some === others || (some.length === others.length && some.every((one) => others.includes(one)));
