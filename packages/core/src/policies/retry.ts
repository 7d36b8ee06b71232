import pRetry from "p-retry";
import { isTimeout } from "../failure/outcome.ts";
import type { Envelope } from "../message/message.ts";
import type { SendContext } from "../provider/provider.ts";
import type { AttemptScope, DeliveryScope } from "../provider/scope.ts";
import { sleep, systemClock, wallNow } from "../runtime/clock.ts";
import { knownOptions, numberOption } from "../runtime/options.ts";
import { type Policy, settlingPolicy, type TimedOptions } from "./policy.ts";
import { outcomeTally, retryableRecipients } from "./retry-recipients.ts";

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
   * What comes first where the chain has other providers: `"first"`, they are asked before anything is waited for here,
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
 * the other providers are asked before any wait: see `failover`.
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
  const random = options.random ?? Math.random;
  const clock = options.clock ?? systemClock;
  const backoff: Backoff = { baseMs, capMs };

  /** How others in the chain go first, if they do. */
  const askOthers = (scope: DeliveryScope | undefined) => {
    if (failover === "after-retries") return undefined;
    const { retryTurn } = (scope ?? {}) as Partial<AttemptScope>;
    return retryTurn?.bind(scope);
  };

  return settlingPolicy((next, site) => {
    const budget = retryBudget(capacity, refill);
    const { id: provider } = site.provider;
    site.report("retry", () => ({ budget: budget.left() }));

    return async (message, context) => {
      const { envelope, signal, scope } = context;
      let beganAt = clock.now();
      const first = await next(message, context);
      const left = attempts === 1 ? undefined : retryableRecipients(first, envelope.to, site.dispositions);
      if (left === undefined) {
        if (first.success) budget.succeeded();
        return first;
      }
      let last = left;
      let outcome = first;
      let to = envelope.to;
      /** Tries that reached no recipient. */
      let fruitlessTries = 0;
      let wasFruitless = true;
      const tally = outcomeTally(envelope.to);

      /** Waits for the next try; false if there is to be none. */
      const shouldRetry = async (tries: number): Promise<boolean> => {
        const suppress = (why: "budget" | "deadline" | "wait-too-long"): false => {
          scope?.observe?.({
            type: "retry-suppressed",
            at: wallNow(clock),
            message: message.id,
            provider,
            failure: last.failure,
            why,
          });
          return false;
        };
        if (last.waitMs > capMs) return suppress("wait-too-long");
        const backoffMs = Math.ceil(fullJitterMs(Math.max(1, fruitlessTries), backoff, random));
        const turn = { to: last.to, delayMs: Math.max(last.waitMs, backoffMs) };
        const failedAt = clock.now();
        if (scope !== undefined && failedAt + turn.delayMs >= scope.deadlineAt) return suppress("deadline");
        if (budget.left() < 1) return suppress("budget");
        const hasQuickFailed = failedAt - beganAt < quickMs && !isTimeout(last.failure);
        const isQuick = last.waitMs === 0 && (!wasFruitless || (fruitlessTries === 1 && hasQuickFailed));
        const request = { ...turn, tried: envelope.to, outcome: tally.total(), isQuick, signal };
        const { to: retried, delayMs } = await (askOthers(scope)?.(request) ?? turn);
        // Nobody: others have taken the message, or it was given up.
        if (retried.length === 0) return false;
        if (retried.length < last.to.length) last = { ...last, to: Object.freeze([...retried]) };
        scope?.observe?.({
          type: "retry",
          at: wallNow(clock),
          message: message.id,
          provider,
          failure: last.failure,
          delayMs,
          next: tries + 1,
        });
        // Some of it has passed while others were asked.
        if (!(await sleep(clock, Math.max(0, failedAt + delayMs - clock.now()), signal))) return false;
        // Only now: a send that was given up while it waited has made no retry.
        return budget.take() || suppress("budget");
      };

      // p-retry counts the tries and drives the loop. The outcomes are kept in the closure and no signal is passed,
      // since an abort during an attempt that succeeds would make it throw the success away.
      const attempt = async (attemptNumber: number): Promise<void> => {
        if (attemptNumber > 1) {
          to = last.to;
          const { from } = envelope;
          const part = to === envelope.to ? context : contextFor(context, Object.freeze({ from, to }));
          beganAt = clock.now();
          outcome = await next(message, part);
          if (outcome.success) budget.refund();
        } else if (outcome.success) budget.succeeded();
        // Skipped by a policy: what the provider itself answered last is the better reason.
        if (!outcome.success && outcome.kind === "skipped") return;
        tally.add(outcome, to);
        const more = retryableRecipients(outcome, to, site.dispositions);
        if (more === undefined) return;
        last = more;
        wasFruitless = !outcome.success || more.to.length >= to.length;
        if (wasFruitless) fruitlessTries += 1;
        throw notYet;
      };
      await pRetry(attempt, {
        retries: attempts - 1,
        minTimeout: 0, // the waiting is done in shouldRetry: p-retry's own jitter vanishes at the cap
        // A try that reached a recipient is free: a server that takes 100 recipients a message gets the rest.
        shouldConsumeRetry: () => wasFruitless,
        shouldRetry: ({ attemptNumber }) => shouldRetry(attemptNumber),
      }).catch(() => undefined);
      return tally.total();
    };
  });
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
