import pRetry from "p-retry";
import { type Backoff, fullJitterMs } from "../backoff.ts";
import { systemClock } from "../clock.ts";
import type { Failure } from "../failure.ts";
import { knownOptions, numberOption } from "../option-check.ts";
import type { Outcome } from "../outcome.ts";
import type { Policy, TimedOptions } from "../policy.ts";
import { sleep } from "../sleep.ts";
import { worthAgain } from "../verdict.ts";
import { retryBudget } from "./retry-budget.ts";

export interface RetryOptions extends TimedOptions {
  /** Attempts in all, the first included. @defaultValue 3 */
  readonly attempts?: number | undefined;
  /** The first retry waits up to this long (full jitter), ms. @defaultValue 200 */
  readonly baseMs?: number | undefined;
  /** No retry waits longer; a provider that asks for more is left to the next one, ms. @defaultValue 5000 */
  readonly capMs?: number | undefined;
  /** Retries that may be made in a row of failures, refilled by successes. @defaultValue 10 */
  readonly budget?: number | undefined;
  /** What every success puts back into the budget. @defaultValue 0.1 */
  readonly refill?: number | undefined;
  /** From 0 (included) to 1 (excluded). @defaultValue Math.random */
  readonly random?: (() => number) | undefined;
}

/** Thrown to p-retry, and only there: "not good, ask again". */
const notYet = new Error("not yet");

/**
 * Asks the same provider again where the table allows it (`transient`): full jitter, never earlier than the far end
 * asked for, never past the deadline, and within a budget, so that a total outage costs about one call a message.
 * @throws {RangeError} if an option is out of range
 */
export function retry(options: RetryOptions = {}): Policy {
  knownOptions("retry", options, ["attempts", "baseMs", "capMs", "budget", "refill", "random", "clock"]);
  const attempts = numberOption("retry: attempts", options.attempts, 3, { min: 1, max: 100, whole: true });
  const baseMs = numberOption("retry: baseMs", options.baseMs, 200, { min: 0 });
  const capMs = numberOption("retry: capMs", options.capMs, 5_000, { min: 0 });
  const capacity = numberOption("retry: budget", options.budget, 10, { min: 0, unbounded: true });
  const refill = numberOption("retry: refill", options.refill, 0.1, { min: 0 });
  const random = options.random ?? Math.random;
  const clock = options.clock ?? systemClock;
  const backoff: Backoff = { baseMs, capMs };

  return (next, site) => {
    const budget = retryBudget(capacity, refill);
    const { id: provider } = site.provider;
    site.report("retry", () => ({ budget: budget.left() }));

    return async (message, context) => {
      let outcome: Outcome = await next(message, context);
      if (attempts === 1 || !worthAgain(outcome, site.dispositions)) {
        if (outcome.success) budget.succeeded();
        return outcome;
      }
      const { signal, scope } = context;
      let last = outcome as Failure;

      /** Waits for the next try; false if there is to be none. */
      const shouldRetry = async (retryNumber: number): Promise<boolean> => {
        const suppress = (why: "budget" | "deadline" | "wait-too-long"): false => {
          scope?.observe?.({
            type: "retry-suppressed",
            at: clock.now(),
            message: message.id,
            provider,
            failure: last,
            why,
          });
          return false;
        };
        const asked = last.retryAfterMs ?? 0;
        if (asked > capMs) return suppress("wait-too-long");
        const delayMs = Math.max(asked, fullJitterMs(retryNumber, backoff, random));
        if (scope !== undefined && clock.now() + delayMs >= scope.deadlineAt) return suppress("deadline");
        if (!budget.take()) return suppress("budget");
        scope?.observe?.({
          type: "retry",
          at: clock.now(),
          message: message.id,
          provider,
          failure: last,
          delayMs,
          next: retryNumber + 1,
        });
        return sleep(clock, delayMs, signal);
      };

      // p-retry counts the tries and drives the loop. The outcome is kept in the closure and no signal is passed,
      // since an abort during an attempt that succeeds would make it throw the success away.
      const attempt = async (attemptNumber: number): Promise<void> => {
        if (attemptNumber > 1) outcome = await next(message, context);
        if (!worthAgain(outcome, site.dispositions)) return;
        last = outcome as Failure;
        throw notYet;
      };
      await pRetry(attempt, {
        retries: attempts - 1,
        minTimeout: 0, // the waiting is done in shouldRetry: p-retry's own jitter vanishes at the cap
        shouldRetry: ({ attemptNumber }) => shouldRetry(attemptNumber),
      }).catch(() => undefined);

      if (outcome.success) budget.refund();
      // Held back by a policy of ours: what the provider itself said last is the better reason.
      return !outcome.success && outcome.kind === "skipped" ? last : outcome;
    };
  };
}
