import { handOverDone } from "../attempt/current-attempt.ts";
import { AttemptTimeout, timedOutOutcome } from "../attempt/run-attempt.ts";
import type { Attempt } from "../events/delivery.ts";
import type { Outcome } from "../failure/outcome.ts";
import type { SendContext } from "../provider/provider.ts";
import {
  type AttemptScope,
  type AttemptState,
  attemptScope,
  InnerScope,
  type RetryPlan,
  type RetryRequest,
} from "../provider/scope.ts";
import { AbortScope } from "../runtime/abort.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { knownOptions, numberOption } from "../runtime/options.ts";
import { type Policy, settlingPolicy, type TimedOptions } from "./policy.ts";

export interface TimeoutOptions extends TimedOptions {
  /** How long one attempt may take until the message is handed over, ms. */
  readonly ms: number;
  /**
   * How long the answer may take after the hand-over, ms. A shorter time only destroys an answer: the server has the
   * message, so the attempt ends `unknown`. @defaultValue the deadline of the delivery
   */
  readonly afterHandOverMs?: number | undefined;
}

/**
 * Ends an attempt that takes too long, by aborting its own signal. What was surely not handed over is then
 * `transient`. After the hand-over the server has the message, so its answer is waited for until the deadline, or for
 * `afterHandOverMs`; without one the attempt is `unknown`.
 * @throws {RangeError} if a time is not a positive number
 */
export function timeout(options: TimeoutOptions): Policy {
  knownOptions("timeout", options, ["ms", "afterHandOverMs", "clock"]);
  const ms = numberOption("timeout: ms", options.ms ?? Number.NaN, 0, { min: 1 });
  const unbounded = Number.POSITIVE_INFINITY;
  const bounds = { min: 1, unbounded: true };
  const afterMs = numberOption("timeout: afterHandOverMs", options.afterHandOverMs, unbounded, bounds);
  const clock = options.clock ?? systemClock;
  const times: Times = { ms, afterMs, clock };

  return settlingPolicy((next) => async (message, context) => {
    if (context.signal.aborted) return next(message, context);
    const timed = new TimedCall(times, context);
    try {
      return timed.conclude(await next(message, timed.inner));
    } finally {
      timed.end();
    }
  });
}

interface Times {
  readonly ms: number;
  /** `Infinity` for no bound. */
  readonly afterMs: number;
  readonly clock: Clock;
}

/**
 * A call with a timeout, and the scope within it, which knows whether an answer is waited for: an attempt was handed
 * over, and has not ended. A class, since it is made for every send.
 */
class TimedCall extends InnerScope<AttemptScope | undefined> {
  /** What the call is given. */
  readonly inner: SendContext;
  readonly #times: Times;
  readonly #context: SendContext;
  readonly #abort: AbortScope;
  readonly #cancel: () => void;
  #cancelAfter: (() => void) | undefined;
  #late: AttemptTimeout | undefined;
  /** The time was over while an answer was waited for. */
  #isDue = false;
  #isHandedOver = false;
  #attempt: AttemptState | undefined;

  constructor(times: Times, context: SendContext) {
    super(attemptScope(context.scope));
    this.#times = times;
    this.#context = context;
    this.#abort = new AbortScope(context.signal);
    const { envelope } = context;
    const handOver =
      this.outer !== undefined && times.afterMs === Number.POSITIVE_INFINITY
        ? context.handOver
        : () => this.#handOver();
    this.inner = {
      envelope,
      signal: this.#abort.signal,
      handOver,
      scope: this.outer === undefined ? undefined : this,
    };
    this.#cancel = times.clock.after(times.ms, () => this.#ring());
  }

  /** Others would use up the time of this call: its tries stay within it. */
  override get hasUntried(): boolean {
    return false;
  }

  override async planRetry(request: RetryRequest): Promise<RetryPlan> {
    return request;
  }

  override nextAttempt(attempt?: AttemptState, n?: number, to?: readonly string[]): number {
    // Of several at once, the one that awaits an answer counts.
    if (attempt !== undefined && !this.#awaitsAnswer) this.#attempt = attempt;
    return super.nextAttempt(attempt, n, to);
  }

  override record(attempt: Attempt, outcome: Outcome): void {
    super.record(attempt, outcome);
    this.#cancelAfter?.();
    this.#cancelAfter = undefined;
    if (this.#isDue && !this.#awaitsAnswer) this.#cut(this.#times.ms);
  }

  /** A chain within has seen to its own attempts, but as a whole it was given up. */
  conclude(outcome: Outcome): Outcome {
    return this.#late !== undefined && !this.#context.signal.aborted
      ? timedOutOutcome(outcome, this.#late)
      : outcome;
  }

  end(): void {
    this.#cancel();
    this.#cancelAfter?.();
    this.#abort.close();
  }

  get #awaitsAnswer(): boolean {
    if (this.outer === undefined) return this.#isHandedOver;
    const attempt = this.#attempt;
    return attempt?.handedOver === true && !attempt.forwarded && attempt.outcome === undefined;
  }

  #ring(): void {
    this.#isDue = this.#awaitsAnswer;
    if (!this.#isDue) this.#cut(this.#times.ms);
  }

  #cut(ms: number): void {
    this.#late ??= new AttemptTimeout(ms);
    this.#abort.abort(this.#late);
  }

  #handOver(): Promise<void> {
    const handOver = this.#context.handOver();
    if (handOver !== handOverDone) return handOver.then(() => this.#passed());
    this.#passed();
    return handOverDone;
  }

  #passed(): void {
    this.#isHandedOver = true;
    this.#cancelAfter?.();
    const { afterMs, clock } = this.#times;
    if (afterMs !== Number.POSITIVE_INFINITY) {
      this.#cancelAfter = clock.after(afterMs, () => this.#cut(afterMs));
    }
  }
}
