import { AttemptTimeout, outOfTime } from "../attempt-timeout.ts";
import { systemClock } from "../clock.ts";
import { atOnce } from "../gate.ts";
import { knownOptions, numberOption } from "../option-check.ts";
import type { Policy, TimedOptions } from "../policy.ts";
import { stop, stopBehind, withStop } from "../stop.ts";
import { TimedScope } from "./timed-scope.ts";

export interface TimeoutOptions extends TimedOptions {
  /** How long one attempt may take until the message is handed over, ms. */
  readonly ms: number;
  /**
   * How long the answer may take after the hand-over, ms. A shorter time only destroys an answer: the message is with
   * the far end, so the attempt ends `unknown`. @defaultValue the deadline of the delivery
   */
  readonly afterHandOverMs?: number | undefined;
}

/**
 * Ends an attempt that takes too long, by aborting its own signal. What was surely not handed over is then
 * `transient`. After the hand-over the far end has the message, so its answer is waited for until the deadline, or for
 * `afterHandOverMs`; without one the attempt is `unknown`.
 * @throws {RangeError} if a time is not a positive number
 */
export function timeout(options: TimeoutOptions): Policy {
  knownOptions("timeout", options, ["ms", "afterHandOverMs", "clock"]);
  const ms = numberOption("timeout: ms", options.ms ?? Number.NaN, 0, { min: 1 });
  const unbounded = Number.POSITIVE_INFINITY;
  const afterMs = numberOption("timeout: afterHandOverMs", options.afterHandOverMs, unbounded, {
    min: 1,
    unbounded: true,
  });
  const clock = options.clock ?? systemClock;

  return (next) => async (message, context) => {
    if (context.signal.aborted) return next(message, context);
    const own = stop();
    const outer = stopBehind(context);
    const { scope } = context;
    let late: AttemptTimeout | undefined;
    /** Its time was over while an answer was waited for. */
    let isDue = false;
    let handedOver = false;
    let cancelAfter: (() => void) | undefined;
    const cut = (givenMs: number): void => {
      late ??= new AttemptTimeout(givenMs);
      own.abort(late);
    };
    const ended = (): void => {
      cancelAfter?.();
      cancelAfter = undefined;
      if (isDue && timed?.awaitsAnswer !== true) cut(ms);
    };
    const timed = scope === undefined ? undefined : new TimedScope(scope, ended);
    const cancel = clock.after(ms, () => {
      isDue = timed === undefined ? handedOver : timed.awaitsAnswer;
      if (!isDue) cut(ms);
    });
    const passed = (): void => {
      handedOver = true;
      cancelAfter?.();
      if (afterMs !== unbounded) cancelAfter = clock.after(afterMs, () => cut(afterMs));
    };
    const handOver = (): Promise<void> => {
      const asked = context.handOver();
      if (asked !== atOnce) return asked.then(passed);
      passed();
      return atOnce;
    };
    const forward = { stopped: () => own.abort(context.signal.reason) };
    outer.onAbort(forward);
    try {
      const outcome = await next(message, withStop(context.envelope, handOver, timed, own));
      // A chain within: its own guards saw to their attempts, but as a whole it was given up.
      return late !== undefined && !context.signal.aborted ? outOfTime(outcome, late) : outcome;
    } finally {
      cancel();
      cancelAfter?.();
      outer.offAbort(forward);
    }
  };
}
