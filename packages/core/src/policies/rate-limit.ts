import { systemClock } from "../clock.ts";
import { failure } from "../make-outcome.ts";
import { knownOptions, numberOption } from "../option-check.ts";
import type { LimitStatus, Policy, TimedOptions } from "../policy.ts";
import { type SkipCode, skip } from "../skip.ts";
import { sleep } from "../sleep.ts";
import { slots } from "../slots.ts";
import { quotaSource } from "./quota-source.ts";
import { remainder } from "./remainder.ts";
import { type SlidingWindow, slidingWindow } from "./sliding-window.ts";

export interface RateLimitOptions extends TimedOptions {
  /** At most so many within any second; may be a fraction. @defaultValue no limit */
  readonly perSecond?: number | undefined;
  /** At most so many within any 24 hours. @defaultValue no limit */
  readonly perDay?: number | undefined;
  /** Take the limits from the provider where it tells (SES does); given ones still hold. @defaultValue false */
  readonly fromProvider?: boolean | undefined;
  /** What is counted. @defaultValue `"recipients"` with `fromProvider` (as SES counts), else `"messages"` */
  readonly count?: "messages" | "recipients" | undefined;
  /** How long a message may wait for its turn before it is `skipped`, ms. @defaultValue 0 */
  readonly maxWaitMs?: number | undefined;
}

interface Limit {
  readonly code: SkipCode & ("rate-limit" | "daily-limit");
  readonly reason: string;
  readonly per: LimitStatus["per"];
  readonly most: number;
  readonly window: SlidingWindow;
}

const dayMs = 24 * 60 * 60_000;

const pick = ({ code, reason }: Limit) => ({ code, reason });

function perSecondLimit(perSecond: number): Limit {
  const limit = Math.max(1, Math.floor(perSecond));
  // A second at least: 2.5 a second is 2 within any second, not 4 within 0.8 s.
  const window = slidingWindow(limit, Math.max(1, limit / perSecond) * 1_000, 0);
  const reason = `own limit of ${perSecond} a second`;
  return { code: "rate-limit", reason, per: "second", most: perSecond, window };
}

function perDayLimit(perDay: number): Limit {
  const window = slidingWindow(perDay, dayMs, 60_000);
  return { code: "daily-limit", reason: `own limit of ${perDay} a day`, per: "day", most: perDay, window };
}

/**
 * Holds a provider's calls to a rate. Over it a message is `skipped`, with the time until there is room, so that the
 * next provider takes it or the chain waits. A daily limit that is used up is "out until it resets", no outage.
 * @throws {TypeError | RangeError} if an option is out of range
 */
export function rateLimit(options: RateLimitOptions): Policy {
  knownOptions("rateLimit", options, ["perSecond", "perDay", "fromProvider", "count", "maxWaitMs", "clock"]);
  const unbounded = Number.POSITIVE_INFINITY;
  const perSecond = numberOption("rateLimit: perSecond", options.perSecond, unbounded, {
    min: 0.001,
    unbounded: true,
  });
  const perDay = numberOption("rateLimit: perDay", options.perDay, unbounded, { min: 1, unbounded: true });
  const maxWaitMs = numberOption("rateLimit: maxWaitMs", options.maxWaitMs, 0, { min: 0 });
  const fromProvider = options.fromProvider ?? false;
  if (typeof fromProvider !== "boolean") throw new TypeError("rateLimit: fromProvider must be true or false");
  const count = options.count ?? (fromProvider ? "recipients" : "messages");
  if (count !== "messages" && count !== "recipients")
    throw new TypeError("rateLimit: count must be messages or recipients");
  const clock = options.clock ?? systemClock;
  const own = [
    ...(perSecond === unbounded ? [] : [() => perSecondLimit(perSecond)]),
    ...(perDay === unbounded ? [] : [() => perDayLimit(perDay)]),
  ];
  if (own.length === 0 && !fromProvider)
    throw new TypeError("rateLimit: give perSecond, perDay or fromProvider");

  return (next, site) => {
    const { id: provider } = site.provider;
    const source = fromProvider ? quotaSource(site.provider, clock) : undefined;
    const mine = own.map((make) => make());
    let theirs: Limit[] = [];
    let seen = 0;
    const line = slots(1);
    site.report("rateLimit", () => ({
      limits: [...mine, ...theirs].map(({ reason, per, most, window }) => ({
        limit: reason,
        per,
        most,
        used: window.used(clock.now()),
      })),
    }));

    const limits = async (signal: AbortSignal): Promise<readonly Limit[]> => {
      const quota = await source?.current(signal);
      if (source !== undefined && quota !== undefined && source.version !== seen) {
        seen = source.version;
        const left = Math.max(0, (quota.perDay ?? unbounded) - (quota.sentLastDay ?? 0));
        const rate = quota.perSecond === undefined ? undefined : perSecondLimit(quota.perSecond);
        theirs = [
          // What was taken still counts, unless the rate is another one now.
          ...(rate === undefined ? [] : [theirs.find(({ reason }) => reason === rate.reason) ?? rate]),
          ...(left === unbounded ? [] : [leftToday(left, source.refreshAt)]),
        ];
      }
      return [...mine, ...theirs];
    };

    return async (message, context) => {
      const weight = count === "recipients" ? context.envelope.to.length : 1;
      const { signal } = context;
      const began = clock.now();
      const leave = await line.take(1, signal);
      const cancelled = () =>
        failure({ provider, kind: "cancelled", reason: "given up while waiting for its turn" });
      if (leave === undefined) return cancelled();
      let held: readonly Limit[];
      let takenAt: number;
      try {
        held = await limits(signal);
        for (;;) {
          const now = clock.now();
          const waitMs = Math.max(0, ...held.map(({ window }) => window.waitMs(weight, now)));
          if (waitMs === 0) break;
          if (now - began + waitMs > maxWaitMs) {
            const why = held.find(({ window }) => window.waitMs(weight, now) === waitMs) as Limit;
            return skip(provider, message, context, { ...pick(why), retryAfterMs: waitMs, at: now });
          }
          if (!(await sleep(clock, waitMs, signal))) return cancelled();
        }
        takenAt = clock.now();
        for (const { window } of held) window.take(weight, takenAt);
      } finally {
        leave();
      }
      const outcome = await next(message, context);
      const unused = !outcome.success && (outcome.kind === "skipped" || outcome.kind === "cancelled");
      if (unused) for (const { window } of held) window.giveBack(weight, takenAt);
      return outcome;
    };
  };
}

/** What the provider says is left of its day, until it is asked again. */
function leftToday(left: number, askedAgainAt: number): Limit {
  const reason = `the provider's daily quota (${left} left when last asked)`;
  return { code: "daily-limit", reason, per: "quota", most: left, window: remainder(left, askedAgainAt) };
}
