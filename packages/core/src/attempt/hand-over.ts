import type { Attempt } from "../events/delivery.ts";
import type { Observer } from "../events/event.ts";
import type { Journal, JournalEntry } from "../events/journal.ts";
import { failure, type Outcome } from "../failure/outcome.ts";
import type { AttemptState, DeliveryScope, SendContext } from "../provider/provider.ts";
import { type Clock, wallNow } from "../runtime/clock.ts";
import { tryAsync, type Waiting } from "../runtime/wait.ts";
import { attemptId, attemptRecord } from "./attempt-record.ts";

/** The hand-over of a delivery that nobody outside guards. */
export const noHandOverHook = (): Promise<void> => handOverDone;
/** What a hand-over answers for which nobody had to be asked. */
export const handOverDone: Promise<void> = Promise.resolve();

const over = "the attempt was over before the message was handed over";

/**
 * One attempt: its point of no return, and what is known of it. It is also the scope that its provider is given, so
 * that a provider which passes the message on to others (a chain, however it is wrapped) is known by what it does.
 */
export class CurrentAttempt implements AttemptState, DeliveryScope {
  readonly provider: string;
  readonly to: readonly string[];
  readonly context: SendContext;
  /** What the provider awaits. Rejects if the attempt is over, or the journal says no. */
  readonly handOver: () => Promise<void>;
  /** When it began, as the clock counts. */
  readonly began: number;
  entry: JournalEntry;
  /** True once the attempt is over: from then on nobody gets through. */
  isClosed = false;
  /** The message may be on its way. */
  handedOver = false;
  isHandingOver = false;
  forwarded = false;
  isVoid = false;
  /** Under way, or done. */
  pending: Promise<void> | undefined;
  /** Why the provider was turned back, if it was. */
  refusal: string | undefined;
  outcome: Outcome | undefined;
  /** Attempts that were made through this one. */
  inner: AttemptState[] | undefined;
  /** Who waits for the provider. */
  wait: Waiting | undefined;
  /** The journal knows of it. */
  isJournaled = false;
  readonly #clock: Clock;
  #isTold = false;

  constructor(provider: string, message: string, context: SendContext, clock: Clock) {
    this.provider = provider;
    this.to = context.envelope.to;
    this.context = context;
    this.#clock = clock;
    this.began = clock.now();
    const n = context.scope?.nextAttempt(this) ?? 1;
    const at = wallNow(clock);
    this.entry = { attempt: attemptId(), messageId: message, provider, n, at, recipients: this.to };
    this.handOver = () => this.#handOver();
  }

  get observe(): Observer | undefined {
    return this.context.scope?.observe;
  }

  get journal(): Journal | undefined {
    return this.context.scope?.journal;
  }

  get deadlineAt(): number {
    return this.context.scope?.deadlineAt ?? Number.POSITIVE_INFINITY;
  }

  nextAttempt(attempt?: AttemptState, n?: number): number {
    const { scope } = this.context;
    if (this.isClosed || scope === undefined) return 0;
    if (attempt !== undefined) {
      this.inner ??= [];
      this.inner.push(attempt);
    }
    if (this.forwarded || this.handedOver) return scope.nextAttempt(attempt, n);
    // The first one within has the number of this one, which is no attempt of its own.
    this.forwarded = true;
    if (this.#isTold) this.#tellPassedOn();
    return scope.nextAttempt(attempt, this.entry.n);
  }

  record(attempt: Attempt, outcome: Outcome): void {
    this.context.scope?.record(attempt, outcome);
  }

  abandon(): void {
    this.isClosed = true;
    this.wait?.abandon();
  }

  /** Tells that the attempt begins, once. */
  reportStart(): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const { attempt, messageId: message, provider, n, at } = this.entry;
    this.observe?.({ type: "attempt-start", at, message, provider, attempt, n });
  }

  /** Who looks on has seen it begin: it ends as one that was not made. */
  #tellPassedOn(): void {
    if (this.observe === undefined) return;
    const { attempt: id, messageId: message, provider, n, at } = this.entry;
    const outcome = failure({ provider, kind: "skipped", reason: "passed on to providers of its own" });
    const facts = {
      n,
      id,
      provider,
      at,
      ms: 0,
      skipped: true,
      handedOver: false,
      recipients: this.to.length,
    };
    const attempt = attemptRecord(facts, outcome);
    this.observe({ type: "attempt", at: wallNow(this.#clock), message, provider, attempt, outcome });
  }

  #handOver(): Promise<void> {
    if (this.isClosed) return Promise.reject(new Error(over));
    // An attempt within crosses: it has a journal entry and an end of its own.
    if (this.forwarded && this.inner?.some((one) => one.isHandingOver) === true)
      return this.context.handOver();
    this.pending ??= this.#cross();
    return this.pending;
  }

  #cross(): Promise<void> {
    const { context } = this;
    if (this.forwarded) this.#becomeOwn();
    this.isHandingOver = true;
    const { journal } = this;
    const isNoted = journal === undefined || (this.isJournaled && journal.handOver === undefined);
    // With nobody to ask, passing is immediate.
    if (isNoted && !context.signal.aborted) {
      const asked = tryAsync(context.handOver);
      if (asked === handOverDone) {
        this.#passed();
        return handOverDone;
      }
      return this.#quiet(this.#askAround(asked));
    }
    return this.#quiet(this.#askAround(undefined));
  }

  /** A provider that does not look at its hand-over must not bring the process down. */
  #quiet(asked: Promise<void>): Promise<void> {
    asked.catch(() => undefined);
    return asked;
  }

  /** After others, it makes an attempt itself. */
  #becomeOwn(): void {
    this.forwarded = false;
    this.#isTold = false;
    const n = this.context.scope?.nextAttempt() ?? 1;
    this.entry = { ...this.entry, attempt: attemptId(), n, at: wallNow(this.#clock) };
    this.isJournaled = false;
  }

  #passed(): void {
    this.isHandingOver = false;
    this.handedOver = true;
    const { observe } = this;
    if (observe === undefined) return;
    this.reportStart();
    const { attempt, messageId: message, provider } = this.entry;
    observe({ type: "hand-over", at: wallNow(this.#clock), message, provider, attempt });
  }

  async #askAround(asked: Promise<void> | undefined): Promise<void> {
    const { context, entry, journal } = this;
    const { signal } = context;
    const turnBack = (why: string): never => {
      this.refusal = why;
      this.isHandingOver = false;
      throw signal.aborted && signal.reason instanceof Error ? signal.reason : new Error(why);
    };
    const check = (): void => {
      if (signal.aborted || this.isClosed) turnBack(over);
    };
    if (asked === undefined) {
      check();
      await tryAsync(async () => {
        if (!this.isJournaled) await journal?.open?.(entry);
        this.isJournaled = true;
        await journal?.handOver?.(entry);
      }).catch(() => turnBack("the journal refused the hand-over"));
    }
    await (asked ?? tryAsync(context.handOver)).catch(() => turnBack("the hand-over was refused"));
    check();
    this.#passed();
  }
}
