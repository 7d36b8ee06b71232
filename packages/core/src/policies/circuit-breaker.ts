import { skip } from "../attempt/skip.ts";
import type { BreakerState } from "../events/event.ts";
import type { Dispositions, Verdict } from "../failure/kinds.ts";
import { isTimeout, type Outcome } from "../failure/outcome.ts";
import type { SendContext } from "../provider/provider.ts";
import { type Clock, systemClock, wallAt, wallNow } from "../runtime/clock.ts";
import { knownOptions, numberOption } from "../runtime/options.ts";
import { circuit } from "./circuit.ts";
import {
  type BreakerStatus,
  type LinkSite,
  type Policy,
  settlingPolicy,
  type TimedOptions,
} from "./policy.ts";

export interface BreakerOptions extends TimedOptions {
  /** The share of failures at which it opens, above 0 and at most 1. @defaultValue 0.5 */
  readonly failureRate?: number | undefined;
  /** Calls within the window before the rate counts. @defaultValue 5 */
  readonly minimumCalls?: number | undefined;
  /** How far back it looks, ms. @defaultValue 60000 */
  readonly windowMs?: number | undefined;
  /**
   * Time-outs in a row that open it whatever the rate is: each has cost a message as long as the provider was given.
   * `Infinity`: none do. @defaultValue 3
   */
  readonly consecutiveTimeouts?: number | undefined;
  /** How long it stays open before one probe is let through, ms. Doubles with every failed probe. @defaultValue 30000 */
  readonly resetMs?: number | undefined;
  /** The longest it stays open, ms. @defaultValue 300000 */
  readonly maxResetMs?: number | undefined;
  /** The longest it pauses because a provider asked it to, ms. @defaultValue 86400000, a day */
  readonly maxRestMs?: number | undefined;
}

const buckets = 12;

/**
 * Stops calling a provider that fails: opens on the rate of failures over a window, on time-outs in a row, and at once on
 * `misconfigured`, lets one probe through when its time has come, and pauses for as long as a provider that is throttling asked for.
 * Outcomes that say nothing about the provider neither open nor close it.
 * @throws {RangeError} if an option is out of range
 */
export function breaker(options: BreakerOptions = {}): Policy {
  knownOptions("breaker", options, [
    "failureRate",
    "minimumCalls",
    "windowMs",
    "consecutiveTimeouts",
    "resetMs",
    "maxResetMs",
    "maxRestMs",
    "clock",
  ]);
  const failureRate = numberOption("breaker: failureRate", options.failureRate, 0.5, { min: 0.001, max: 1 });
  const minimumCalls = numberOption("breaker: minimumCalls", options.minimumCalls, 5, {
    min: 1,
    whole: true,
  });
  const windowMs = numberOption("breaker: windowMs", options.windowMs, 60_000, { min: buckets, whole: true });
  const consecutiveTimeouts = numberOption("breaker: consecutiveTimeouts", options.consecutiveTimeouts, 3, {
    min: 1,
    whole: true,
    unbounded: true,
  });
  const resetMs = numberOption("breaker: resetMs", options.resetMs, 30_000, { min: 1 });
  const maxResetMs = numberOption("breaker: maxResetMs", options.maxResetMs, Math.max(resetMs, 300_000), {
    min: resetMs,
  });
  const maxRestMs = numberOption("breaker: maxRestMs", options.maxRestMs, 86_400_000, { min: 0 });
  const clock = options.clock ?? systemClock;
  const settings = { failureRate, minimumCalls, windowMs, buckets };
  const bucketMs = windowMs / buckets;

  return settlingPolicy((next, site) => {
    let current = circuit({ ...settings, halfOpen: false });
    let state: BreakerState = "closed";
    let bucketAt = clock.now();
    let reopenAt = Number.NEGATIVE_INFINITY;
    let restUntil = Number.NEGATIVE_INFINITY;
    let openForMs = resetMs;
    let timeoutsInARow = 0;
    /** When the probe under way began. */
    let probeAt: number | undefined;
    const { id: provider } = site.provider;
    report(site, () => ({ state, reopenAt, restUntil }), clock);
    site.onClose(() => current.dispose());

    const replace = (halfOpen: boolean): void => {
      current.dispose();
      current = circuit({ ...settings, halfOpen });
    };
    const turnWindow = (now: number): void => {
      const turns = Math.min(buckets, Math.floor((now - bucketAt) / bucketMs));
      if (turns <= 0) return;
      for (let i = 0; i < turns; i++) current.rotate();
      bucketAt = now - ((now - bucketAt) % bucketMs);
    };
    const move = (to: BreakerState, context: SendContext, messageId: string, outcome?: Outcome): void => {
      if (to === state) return;
      state = to;
      const failure = outcome === undefined || outcome.success ? undefined : outcome;
      context.scope?.observe?.({
        type: "breaker",
        at: wallNow(clock),
        message: messageId,
        provider,
        state,
        ...(failure === undefined ? {} : { failure }),
        ...(to === "open" ? { reopenAt: wallAt(clock, reopenAt) } : {}),
      });
    };

    return async (message, context) => {
      const now = clock.now();
      if (now < restUntil) {
        const reason = "resting: it asked not to be called for now";
        return skip(provider, message, context, {
          code: "resting",
          reason,
          retryAfterMs: restUntil - now,
          at: wallNow(clock),
        });
      }
      // A probe that never answers must not keep the circuit open for ever.
      const probing = probeAt !== undefined && now - probeAt < Math.max(openForMs, 60_000);
      if (state !== "closed" && (now < reopenAt || probing)) {
        const reason = probing ? "circuit half-open: a probe is under way" : "circuit open";
        const retryAfterMs = Math.max(reopenAt - now, 1_000);
        return skip(provider, message, context, {
          code: "breaker-open",
          reason,
          retryAfterMs,
          at: wallNow(clock),
        });
      }
      const probe = state !== "closed";
      if (probe) {
        replace(true);
        probeAt = now;
        bucketAt = now;
        move("half-open", context, message.id);
      }
      const called = current;
      const outcome = await next(message, context);
      const health = healthOf(outcome, site.dispositions);
      if (health === "rest" && !outcome.success) {
        restUntil = Math.max(restUntil, clock.now() + Math.min(outcome.retryAfterMs ?? 1_000, maxRestMs));
      }
      if (called !== current) return outcome; // from before the circuit opened: not counted
      if (health === "success" || health === "failure") {
        turnWindow(clock.now());
        timeoutsInARow = outcome.success || !isTimeout(outcome) ? 0 : timeoutsInARow + 1;
        await (health === "success" ? called.succeed() : called.fail());
        if (called !== current) return outcome;
        if (health === "failure" && timeoutsInARow >= consecutiveTimeouts) called.trip();
      } else if (health === "open") called.trip();

      if (called.open && state !== "open") {
        if (probe) openForMs = Math.min(maxResetMs, openForMs * 2);
        reopenAt = clock.now() + openForMs;
        probeAt = undefined;
        move("open", context, message.id, outcome);
      } else if (probe && health === "success") {
        openForMs = resetMs;
        probeAt = undefined;
        replace(false); // opossum keeps the old window when it closes: a fresh start is meant
        move("closed", context, message.id);
      } else if (probe) {
        probeAt = undefined; // inconclusive: the next call may probe
      }
      return outcome;
    };
  });
}

function report(
  site: LinkSite,
  read: () => { state: BreakerState; reopenAt: number; restUntil: number },
  clock: Clock,
): void {
  site.report("breaker", (): BreakerStatus => {
    const { state, reopenAt, restUntil } = read();
    return {
      state,
      ...(state === "open" ? { reopenAt: wallAt(clock, reopenAt) } : {}),
      ...(restUntil > Number.NEGATIVE_INFINITY ? { restUntil: wallAt(clock, restUntil) } : {}),
    };
  });
}

/** What an outcome says about its provider's health. */
function healthOf(outcome: Outcome, dispositions: Dispositions): Verdict {
  if (outcome.success) return "success";
  // A chain within that asked no provider, since all recipients are on its suppression list.
  const { failures } = outcome;
  if (failures?.length === 1 && failures[0]?.provider === "suppression") return "neither";
  return dispositions[outcome.kind].health;
}
