import { type SkipCode, skip } from "../attempt/skip.ts";
import { failure } from "../failure/outcome.ts";
import { type Clock, systemClock, wallNow } from "../runtime/clock.ts";
import { knownOptions, numberOption } from "../runtime/options.ts";
import { type LimitStatus, type Policy, settlingPolicy, type TimedOptions } from "./policy.ts";
import { providerQuota, remainingQuota } from "./provider-quota.ts";
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
  /**
   * How long a message may wait for its turn, ms. One that would wait longer, or past the deadline of its delivery, is
   * `skipped` at once; 0 leaves everything over the rate to the next provider.
   * @defaultValue until the deadline for a rate, 0 for what is used up for the day
   */
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

function perSecondLimit(perSecond: number): Limit {
  const limit = Math.max(1, Math.floor(perSecond));
  // A second at least: 2.5 a second is 2 within any second, not 4 within 0.8 s.
  const window = slidingWindow(limit, Math.max(1, limit / perSecond) * 1_000, 0);
  const reason = `own limit of ${perSecond} a second`;
  return { code: "rate-limit", reason, per: "second", most: perSecond, window };
}

function perDayLimit(perDay: number): Limit {
  const window = slidingWindow(perDay, dayMs, 60_000);
  return {
    code: "daily-limit",
    reason: `own limit of ${perDay} a day`,
    per: "day",
    most: perDay,
    window,
  };
}

/**
 * Holds a provider's calls to a rate. Over it messages wait in line, first come first served, each as long as its
 * delivery has time. One for which that is too short is `skipped` at once, with the time until there would be room, and
 * the next provider takes it. A daily limit that is used up is "out until it resets", no outage.
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
  const wait = { min: 0, unbounded: true };
  const maxWaitMs =
    options.maxWaitMs === undefined
      ? undefined
      : numberOption("rateLimit: maxWaitMs", options.maxWaitMs, 0, wait);
  const fromProvider = options.fromProvider ?? false;
  if (typeof fromProvider !== "boolean") throw new TypeError("rateLimit: fromProvider must be true or false");
  const count = options.count ?? (fromProvider ? "recipients" : "messages");
  if (count !== "messages" && count !== "recipients")
    throw new TypeError("rateLimit: count must be messages or recipients");
  const clock = options.clock ?? systemClock;
  const makeOwnLimits = [
    ...(perSecond === unbounded ? [] : [() => perSecondLimit(perSecond)]),
    ...(perDay === unbounded ? [] : [() => perDayLimit(perDay)]),
  ];
  if (makeOwnLimits.length === 0 && !fromProvider)
    throw new TypeError("rateLimit: give perSecond, perDay or fromProvider");

  return settlingPolicy((next, site) => {
    const { id: provider } = site.provider;
    const source = fromProvider ? providerQuota(site.provider, clock) : undefined;
    const ownLimits = makeOwnLimits.map((make) => make());
    let providerLimits: Limit[] = [];
    let seenVersion = 0;
    const queue = waitQueue(clock);
    site.report("rateLimit", () => ({
      limits: [...ownLimits, ...providerLimits].map(({ reason, per, most, window }) => ({
        limit: reason,
        per,
        most,
        used: window.used(clock.now()),
      })),
    }));

    const limits = async (signal: AbortSignal): Promise<readonly Limit[]> => {
      const quota = await source?.current(signal);
      if (source !== undefined && quota !== undefined && source.version !== seenVersion) {
        seenVersion = source.version;
        const left = Math.max(0, (quota.perDay ?? unbounded) - (quota.sentLastDay ?? 0));
        const rate = quota.perSecond === undefined ? undefined : perSecondLimit(quota.perSecond);
        providerLimits = [
          // What was taken still counts, unless the rate is another one now.
          ...(rate === undefined
            ? []
            : [providerLimits.find(({ reason }) => reason === rate.reason) ?? rate]),
          ...(left === unbounded ? [] : [leftToday(left, source.refreshAt)]),
        ];
      }
      return [...ownLimits, ...providerLimits];
    };

    const cancelled = () =>
      failure({ provider, kind: "cancelled", reason: "given up while waiting for its turn" });

    return async (message, context) => {
      const weight = count === "recipients" ? context.envelope.to.length : 1;
      const { signal, scope } = context;
      const current = source === undefined ? ownLimits : await limits(signal);
      if (signal.aborted) return cancelled();
      const now = clock.now();
      const waits = current.map(({ window }) => window.waitMs(weight, now));
      const waitMs = Math.max(0, ...waits);
      // One that would be too late is better skipped at once: the next provider may have room.
      const inTime = waitMs <= (maxWaitMs ?? unbounded) && now + waitMs < (scope?.deadlineAt ?? unbounded);
      const exceeded = current[waits.indexOf(waitMs)];
      // A day is no rate: nothing waits for the next one unless `maxWaitMs` says so.
      const isOut = exceeded?.code === "daily-limit" && maxWaitMs === undefined;
      if (exceeded !== undefined && waitMs > 0 && (isOut || !inTime)) {
        return skip(provider, message, context, {
          code: exceeded.code,
          reason: exceeded.reason,
          retryAfterMs: waitMs,
          at: wallNow(clock),
        });
      }
      // Its place is taken now, before any message that comes later.
      const takenAt = now + waitMs;
      for (const { window } of current) window.take(weight, takenAt);
      const giveBack = (): void => {
        for (const { window } of current) window.giveBack(weight, takenAt);
      };
      if (waitMs > 0 && !(await queue.wait(takenAt, signal))) {
        giveBack();
        return cancelled();
      }
      const outcome = await next(message, context);
      if (!outcome.success && (outcome.kind === "skipped" || outcome.kind === "cancelled")) giveBack();
      return outcome;
    };
  });
}

/** What the provider says is left of its day, until it is asked again. */
function leftToday(left: number, askedAgainAt: number): Limit {
  const reason = `the provider's daily quota (${left} left when last asked)`;
  return {
    code: "daily-limit",
    reason,
    per: "quota",
    most: left,
    window: remainingQuota(left, askedAgainAt),
  };
}

/** Waits for moments to come, in the order in which they were asked for. */
interface WaitQueue {
  /**
   * Resolves `true` at `at`, or `false` as soon as the signal aborts.
   * @param at as the clock counts; never before that of anybody who waits
   */
  wait(at: number, signal: AbortSignal): Promise<boolean>;
}

/** One timer for all that wait, so that none overtakes another by a rounding of it. */
function waitQueue(clock: Clock): WaitQueue {
  const queue: { readonly at: number; readonly go: () => void }[] = [];
  let cancel: (() => void) | undefined;
  const arm = (): void => {
    const [first] = queue;
    if (first === undefined) cancel?.();
    if (first === undefined) cancel = undefined;
    else cancel ??= clock.after(Math.ceil(Math.max(0, first.at - clock.now())), admit);
  };
  const admit = (): void => {
    cancel = undefined;
    const now = clock.now();
    for (let first = queue[0]; first !== undefined && first.at <= now; first = queue[0]) {
      queue.shift();
      first.go();
    }
    arm();
  };
  return {
    wait(at, signal) {
      if (signal.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        const onAbort = (): void => {
          queue.splice(queue.indexOf(waiter), 1);
          arm();
          resolve(false);
        };
        const waiter = {
          at,
          go: () => {
            signal.removeEventListener("abort", onAbort);
            resolve(true);
          },
        };
        signal.addEventListener("abort", onAbort, { once: true });
        queue.push(waiter);
        arm();
      });
    },
  };
}
