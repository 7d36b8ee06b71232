import pRetry from "p-retry";
import { isTimeout, type Outcome } from "../failure/outcome.ts";
import type { Envelope, Message } from "../message/message.ts";
import type { Send, SendContext } from "../provider/provider.ts";
import type { AttemptScope, RetryPlan } from "../provider/scope.ts";
import { type Clock, sleep, systemClock, wallNow } from "../runtime/clock.ts";
import { knownOptions, numberOption } from "../runtime/options.ts";
import { type LinkSite, type Policy, settlingPolicy, type TimedOptions } from "./policy.ts";
import {
  type OutcomeTally,
  outcomeTally,
  type RetryableRecipients,
  retryableRecipients,
} from "./retry-recipients.ts";

export interface RetryOptions extends TimedOptions {
  /**
   * Attempts in all, the first included. One that reached some recipients and left others over does not count: what is
   * left goes on until an attempt reaches no recipient. 1 means no second try in any case. @defaultValue 3
   */
  readonly attempts?: number | undefined;
  /** The first retry waits up to this long (full jitter), ms. @defaultValue 200 */
  readonly baseMs?: number | undefined;
  /** No retry waits longer; a provider that asks for more is left to the next one, ms. @defaultValue 5000 */
  readonly capMs?: number | undefined;
  /** Retries that may be made in a row of failures, refilled by successes. @defaultValue 10 */
  readonly budget?: number | undefined;
  /** What every success puts back into the budget. @defaultValue 0.1 */
  readonly refill?: number | undefined;
  /**
   * What comes first where the chain has other providers: `"first"`, they are called before anything is waited for here,
   * and before another try after a slow failure; `"after-retries"`, all tries are made here before. @defaultValue `"first"`
   */
  readonly failover?: "first" | "after-retries" | undefined;
  /** From 0 (included) to 1 (excluded). @defaultValue Math.random */
  readonly random?: (() => number) | undefined;
}

/** A failure that came sooner than this may be tried again at once, ms. A time-out never is. */
const quickMs = 100;

/** Thrown to p-retry, and only there: try again. */
const notYet = new Error("not yet");

const names = ["attempts", "baseMs", "capMs", "budget", "refill", "failover", "random", "clock"];

/**
 * Tries the same provider again where the table allows it (`transient`), for those recipients alone for whom it does:
 * full jitter, never earlier than the server asked for, never past the deadline, and within a budget, so that a total
 * outage costs about one call a message. The receipt of several attempts has the `messageId` of the first. Within a chain
 * the other providers are called before any wait: see `failover`.
 * @throws {RangeError} if an option is out of range
 */
export function retry(options: RetryOptions = {}): Policy {
  knownOptions("retry", options, names);
  const attempts = numberOption("retry: attempts", options.attempts, 3, { min: 1, max: 100, whole: true });
  const baseMs = numberOption("retry: baseMs", options.baseMs, 200, { min: 0 });
  const capMs = numberOption("retry: capMs", options.capMs, 5_000, { min: 0 });
  const capacity = numberOption("retry: budget", options.budget, 10, { min: 0, unbounded: true });
  const refill = numberOption("retry: refill", options.refill, 0.1, { min: 0 });
  const failover = options.failover ?? "first";
  if (failover !== "first" && failover !== "after-retries")
    throw new TypeError('retry: failover must be "first" or "after-retries"');
  const settings: RetrySettings = {
    attempts,
    backoff: { baseMs, capMs },
    callsOthersFirst: failover === "first",
    random: options.random ?? Math.random,
    clock: options.clock ?? systemClock,
  };

  return settlingPolicy((next, site) => {
    const budget = retryBudget(capacity, refill);
    const link: RetriedLink = { next, site, budget };
    site.report("retry", () => ({ budget: budget.left() }));

    return async (message, context) => {
      const beganAt = settings.clock.now();
      const first = await next(message, context);
      if (first.success) budget.succeeded();
      if (attempts === 1 || retryableRecipients(first, context.envelope.to, site.dispositions) === undefined)
        return first;
      return new RetriedSend(settings, link, message, context, beganAt).run(first);
    };
  });
}

interface RetrySettings {
  readonly attempts: number;
  readonly backoff: Backoff;
  /** Whether the other providers of a chain are called before a wait. */
  readonly callsOthersFirst: boolean;
  readonly random: () => number;
  readonly clock: Clock;
}

/** What is called again, and how often it may be. */
interface RetriedLink {
  readonly next: Send;
  readonly site: LinkSite;
  readonly budget: RetryBudget;
}

/** A send whose first attempt left recipients for whom the provider may be tried again. */
class RetriedSend {
  readonly #settings: RetrySettings;
  readonly #link: RetriedLink;
  readonly #message: Message;
  readonly #context: SendContext;
  readonly #tally: OutcomeTally;
  /** When the last attempt began, and for whom it was made. */
  #beganAt: number;
  #to: readonly string[];
  /** Whom it left. */
  #left!: RetryableRecipients;
  /** Attempts that reached no recipient, and whether the last one did not. */
  #fruitlessTries = 0;
  #wasFruitless = true;

  constructor(
    settings: RetrySettings,
    link: RetriedLink,
    message: Message,
    context: SendContext,
    beganAt: number,
  ) {
    this.#settings = settings;
    this.#link = link;
    this.#message = message;
    this.#context = context;
    this.#beganAt = beganAt;
    this.#to = context.envelope.to;
    this.#tally = outcomeTally(this.#to);
  }

  /** Tries again as long as it is worth it. */
  async run(first: Outcome): Promise<Outcome> {
    // p-retry counts the tries and drives the loop. The outcomes are kept here and no signal is passed, since an abort
    // during an attempt that succeeds would make it throw the success away.
    const attempt = async (attemptNumber: number): Promise<void> => {
      const outcome = attemptNumber === 1 ? first : await this.#tryAgain();
      if (!this.#isFinal(outcome)) throw notYet;
    };
    await pRetry(attempt, {
      retries: this.#settings.attempts - 1,
      minTimeout: 0, // the waiting is done in waitForNext: p-retry's own jitter vanishes at the cap
      // A try that reached a recipient is free: a server that takes 100 recipients a message gets the rest.
      shouldConsumeRetry: () => this.#wasFruitless,
      shouldRetry: ({ attemptNumber }) => this.#waitForNext(attemptNumber + 1),
    }).catch(() => undefined);
    return this.#tally.total();
  }

  async #tryAgain(): Promise<Outcome> {
    const { from, to: all } = this.#context.envelope;
    const { to } = this.#left;
    const context = to === all ? this.#context : contextFor(this.#context, Object.freeze({ from, to }));
    this.#to = to;
    this.#beganAt = this.#settings.clock.now();
    const outcome = await this.#link.next(this.#message, context);
    if (outcome.success) this.#link.budget.refund();
    return outcome;
  }

  /** Notes an attempt's outcome; whether it leaves nobody to be tried again. */
  #isFinal(outcome: Outcome): boolean {
    // Skipped by a policy: what the provider itself answered last is the better reason.
    if (!outcome.success && outcome.kind === "skipped") return true;
    this.#tally.add(outcome, this.#to);
    const left = retryableRecipients(outcome, this.#to, this.#link.site.dispositions);
    if (left === undefined) return true;
    this.#left = left;
    this.#wasFruitless = !outcome.success || left.to.length >= this.#to.length;
    if (this.#wasFruitless) this.#fruitlessTries += 1;
    return false;
  }

  /** Waits until the next try is due; false if there is to be none. */
  async #waitForNext(attemptNumber: number): Promise<boolean> {
    const { backoff, random, clock } = this.#settings;
    const { signal, scope } = this.#context;
    const { budget } = this.#link;
    const { to, waitMs } = this.#left;
    if (waitMs > backoff.capMs) return this.#suppress("wait-too-long");
    const backoffMs = Math.ceil(fullJitterMs(Math.max(1, this.#fruitlessTries), backoff, random));
    const failedAt = clock.now();
    const wanted = { to, delayMs: Math.max(waitMs, backoffMs) };
    if (scope !== undefined && failedAt + wanted.delayMs >= scope.deadlineAt)
      return this.#suppress("deadline");
    if (budget.left() < 1) return this.#suppress("budget");
    const plan = await this.#plan(wanted, failedAt);
    // Nobody: others have taken the message, or it was given up.
    if (plan.to.length === 0) return false;
    if (plan.to.length < to.length) this.#left = { ...this.#left, to: Object.freeze([...plan.to]) };
    this.#report({ type: "retry", delayMs: plan.delayMs, next: attemptNumber });
    // Some of the wait has passed while others were called.
    const remainingMs = Math.max(0, failedAt + plan.delayMs - clock.now());
    if (!(await sleep(clock, remainingMs, signal))) return false;
    // Only now: a send that was given up while it waited has made no retry.
    return budget.take() || this.#suppress("budget");
  }

  /** When the next try is due and for whom, once the other providers of the chain have been called. */
  async #plan(wanted: RetryPlan, failedAt: number): Promise<RetryPlan> {
    const { envelope, signal, scope } = this.#context;
    const { failure, waitMs } = this.#left;
    const hasQuickFailed = failedAt - this.#beganAt < quickMs && !isTimeout(failure);
    const isFirstFailure = this.#fruitlessTries === 1 && hasQuickFailed;
    const isQuick = waitMs === 0 && (!this.#wasFruitless || isFirstFailure);
    const chain = this.#settings.callsOthersFirst ? (scope as Partial<AttemptScope> | undefined) : undefined;
    if (chain?.planRetry === undefined) return wanted;
    return chain.planRetry({ ...wanted, tried: envelope.to, outcome: this.#tally.total(), isQuick, signal });
  }

  #suppress(why: "budget" | "deadline" | "wait-too-long"): false {
    this.#report({ type: "retry-suppressed", why });
    return false;
  }

  #report(
    event:
      | { readonly type: "retry"; readonly delayMs: number; readonly next: number }
      | { readonly type: "retry-suppressed"; readonly why: "budget" | "deadline" | "wait-too-long" },
  ): void {
    this.#context.scope?.observe?.({
      at: wallNow(this.#settings.clock),
      message: this.#message.id,
      provider: this.#link.site.provider.id,
      failure: this.#left.failure,
      ...event,
    });
  }
}

/** How long to wait before a retry. */
interface Backoff {
  /** The first retry waits up to this long, ms. */
  readonly baseMs: number;
  /** No retry waits longer, ms. */
  readonly capMs: number;
}

/**
 * Full jitter: anything between nothing and the doubled-each-time bound, so that many who failed together do not
 * come back together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 * @param retry 1 for the first retry
 * @param random from 0 (included) to 1 (excluded)
 */
export function fullJitterMs(retry: number, backoff: Backoff, random: () => number): number {
  if (backoff.baseMs <= 0 || backoff.capMs <= 0) return 0;
  const bound = Math.min(backoff.capMs, backoff.baseMs * 2 ** (retry - 1));
  return Math.min(bound, Math.max(0, random() * bound));
}

/** A bucket of retries: each takes one out, successes put some back (Finagle's and gRPC's retry budgets). */
interface RetryBudget {
  /** Takes one retry out; false if there is none left. */
  take(): boolean;
  /** A first attempt succeeded. */
  succeeded(): void;
  /** A retry succeeded: it was worth it, and is put back. */
  refund(): void;
  left(): number;
}

/**
 * @param capacity retries that may be made without any success between them
 * @param refill what a success puts back
 */
export function retryBudget(capacity: number, refill: number): RetryBudget {
  let left = capacity;
  const put = (amount: number): void => {
    left = Math.min(capacity, left + amount);
  };
  return {
    take() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
    succeeded: () => put(refill),
    refund: () => put(1),
    left: () => left,
  };
}

/** The context with another envelope. Its fields are read one by one: a policy may have made it a class, or inherited it. */
function contextFor(context: SendContext, envelope: Envelope): SendContext {
  const { signal, scope } = context;
  return { envelope, signal, handOver: () => context.handOver(), scope };
}
