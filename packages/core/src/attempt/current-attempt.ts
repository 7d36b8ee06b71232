import type { JournalEntry } from "../events/journal.ts";
import { failure, type Outcome } from "../failure/outcome.ts";
import type { SendContext } from "../provider/provider.ts";
import { type AttemptScope, type AttemptState, attemptScope, InnerScope } from "../provider/scope.ts";
import { type Clock, wallNow } from "../runtime/clock.ts";
import { tryAsync, type Waiting } from "../runtime/wait.ts";
import { attemptId, attemptRecord } from "./attempt-record.ts";

/** What a hand-over answers that nothing stands in the way of. */
export const handOverDone: Promise<void> = Promise.resolve();
/** The hand-over of a delivery whose caller gave none. */
export const noHandOverHook = (): Promise<void> => handOverDone;

const over = "the attempt was over before the message was handed over";

/** What becomes of an attempt whose provider forwards the message to providers of its own: theirs stand for it. */
export function forwardedOutcome(provider: string): Outcome {
  return failure({ provider, kind: "skipped", reason: "passed on to providers of its own" });
}

/**
 * One attempt: its point of no return, and what is known of it. It is also the scope that its provider is given, so
 * that a provider which forwards the message to others (a chain, however it is wrapped) is known by what it does.
 */
export class CurrentAttempt extends InnerScope<AttemptScope | undefined> implements AttemptState {
  readonly provider: string;
  readonly to: readonly string[];
  readonly context: SendContext;
  /** What the provider awaits. Rejects if the attempt is over, or the journal refuses. */
  readonly handOver: () => Promise<void>;
  /** When it began, as the clock counts. */
  readonly beganAt: number;
  entry: JournalEntry;
  /** The attempt is over: the message is handed over no more. */
  isClosed = false;
  /** The message may be on its way. */
  handedOver = false;
  isHandingOver = false;
  forwarded = false;
  isVoid = false;
  /** The hand-over, under way or done. */
  pending: Promise<void> | undefined;
  /** Why the hand-over was refused, if it was. */
  refusal: string | undefined;
  outcome: Outcome | undefined;
  /** Attempts that were made through this one. */
  inner: AttemptState[] | undefined;
  /** The wait for the provider's answer. */
  wait: Waiting | undefined;
  /** The journal has opened its entry. */
  isJournaled = false;
  readonly #clock: Clock;
  #isReported = false;

  constructor(provider: string, message: string, context: SendContext, clock: Clock) {
    super(attemptScope(context.scope));
    this.provider = provider;
    this.to = context.envelope.to;
    this.context = context;
    this.#clock = clock;
    this.beganAt = clock.now();
    const n = this.outer?.nextAttempt(this) ?? 1;
    const at = wallNow(clock);
    this.entry = { attempt: attemptId(), messageId: message, provider, n, at, recipients: this.to };
    // Bound: V8 keeps an object that holds an arrow function, and all it refers to, beyond the next young collection.
    this.handOver = this.#handOver.bind(this);
  }

  override nextAttempt(attempt?: AttemptState, n?: number, to?: readonly string[]): number {
    if (this.isClosed || this.outer === undefined) return 0;
    if (attempt !== undefined) {
      this.inner ??= [];
      this.inner.push(attempt);
    }
    if (this.forwarded || this.handedOver) return this.outer.nextAttempt(attempt, n, to);
    // The first one within has the number of this one, which is no attempt of its own.
    this.forwarded = true;
    if (this.#isReported) this.#reportForwarded();
    return this.outer.nextAttempt(attempt, this.entry.n, to);
  }

  abandon(): void {
    this.isClosed = true;
    this.wait?.abandon();
  }

  /** Reports that the attempt begins, once. */
  reportStart(): void {
    if (this.#isReported) return;
    this.#isReported = true;
    const { attempt, messageId: message, provider, n, at } = this.entry;
    this.observe?.({ type: "attempt-start", at, message, provider, attempt, n });
  }

  /** Observers have seen it begin: it ends as one that was not made. */
  #reportForwarded(): void {
    if (this.observe === undefined) return;
    const { attempt: id, messageId: message, provider, n, at } = this.entry;
    const outcome = forwardedOutcome(provider);
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
    // An attempt within hands over: it has a journal entry and an end of its own.
    if (this.forwarded && this.inner?.some((one) => one.isHandingOver) === true)
      return this.context.handOver();
    if (this.pending === undefined && this.forwarded && !this.#becomeOwn())
      return Promise.reject(new Error(over));
    this.pending ??= this.#start();
    return this.pending;
  }

  #start(): Promise<void> {
    const { context, journal } = this;
    this.isHandingOver = true;
    const needsJournal = journal !== undefined && (!this.isJournaled || journal.handOver !== undefined);
    let consent: Promise<void> | undefined;
    if (!needsJournal && !context.signal.aborted) {
      consent = tryAsync(context.handOver);
      // With nothing to wait for, the hand-over is immediate.
      if (consent === handOverDone) {
        this.#done();
        return handOverDone;
      }
    }
    const handOver = this.#awaitConsent(consent);
    // A provider that does not look at its hand-over must not end the process.
    handOver.catch(() => undefined);
    return handOver;
  }

  /** After it forwarded the message, it makes an attempt itself; false if it may not. */
  #becomeOwn(): boolean {
    const n = this.outer?.nextAttempt(undefined, undefined, this.to) ?? 1;
    if (n === 0) return false;
    this.forwarded = false;
    this.#isReported = false;
    this.entry = { ...this.entry, attempt: attemptId(), n, at: wallNow(this.#clock) };
    this.isJournaled = false;
    return true;
  }

  #done(): void {
    this.isHandingOver = false;
    this.handedOver = true;
    const { observe } = this;
    if (observe === undefined) return;
    this.reportStart();
    const { attempt, messageId: message, provider } = this.entry;
    observe({ type: "hand-over", at: wallNow(this.#clock), message, provider, attempt });
  }

  /** Awaits the journal, and then the caller. */
  async #awaitConsent(consent: Promise<void> | undefined): Promise<void> {
    const { context, entry, journal } = this;
    const { signal } = context;
    const refuse = (why: string): never => {
      this.refusal = why;
      this.isHandingOver = false;
      throw signal.aborted && signal.reason instanceof Error ? signal.reason : new Error(why);
    };
    const checkOpen = (): void => {
      if (signal.aborted || this.isClosed) refuse(over);
    };
    if (consent === undefined) {
      checkOpen();
      await tryAsync(async () => {
        if (!this.isJournaled) await journal?.open?.(entry);
        this.isJournaled = true;
        await journal?.handOver?.(entry);
      }).catch(() => refuse("the journal refused the hand-over"));
    }
    await (consent ?? tryAsync(context.handOver)).catch(() => refuse("the hand-over was refused"));
    checkOpen();
    this.#done();
  }
}
