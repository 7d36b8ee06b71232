import { AttemptTimeout, outOfTime } from "../attempt-timeout.ts";
import { systemClock } from "../clock.ts";
import { knownOptions, numberOption } from "../option-check.ts";
import type { Policy, TimedOptions } from "../policy.ts";
import { stop, stopBehind, withStop } from "../stop.ts";

export interface TimeoutOptions extends TimedOptions {
  /** How long one attempt may take, ms. */
  readonly ms: number;
}

/**
 * Ends an attempt that takes too long, by aborting its own signal. What was surely not handed over is then
 * `transient`; what was, and got no answer, stays `unknown`.
 * @throws {RangeError} if `ms` is not a positive number
 */
export function timeout(options: TimeoutOptions): Policy {
  knownOptions("timeout", options, ["ms", "clock"]);
  const ms = numberOption("timeout: ms", options.ms ?? Number.NaN, 0, { min: 1 });
  const clock = options.clock ?? systemClock;

  return (next) => async (message, context) => {
    if (context.signal.aborted) return next(message, context);
    const own = stop();
    let late = false;
    const outer = stopBehind(context);
    const forward = { stopped: () => own.abort(context.signal.reason) };
    outer.onAbort(forward);
    const cancel = clock.after(ms, () => {
      late = true;
      own.abort(new AttemptTimeout(ms));
    });
    const outcome = await next(message, withStop(context.envelope, context.handOver, context.scope, own));
    cancel();
    outer.offAbort(forward);
    // A chain within: its own guards saw to their attempts, but as a whole it was given up.
    return late && !context.signal.aborted ? outOfTime(outcome, new AttemptTimeout(ms)) : outcome;
  };
}
