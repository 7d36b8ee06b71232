import type { Overrides } from "../failure/kinds.ts";
import { knownOptions } from "../runtime/options.ts";
import { type BreakerOptions, breaker } from "./circuit-breaker.ts";
import { type ConcurrencyOptions, concurrency } from "./concurrency.ts";
import { overrides } from "./overrides.ts";
import type { Policy, TimedOptions } from "./policy.ts";
import { type RateLimitOptions, rateLimit } from "./rate-limit.ts";
import { type RetryOptions, retry } from "./retry.ts";
import { timeout } from "./timeout.ts";

/** Changes to the standard policies, and further ones. */
export interface StandardOptions extends TimedOptions {
  /** Options of `retry`; `false` leaves it out. */
  readonly retry?: RetryOptions | false | undefined;
  /** Options of `breaker`; `false` leaves it out. */
  readonly breaker?: BreakerOptions | false | undefined;
  /** How long one attempt may take until its hand-over, ms. @defaultValue 30000 */
  readonly timeoutMs?: number | undefined;
  /** How long the answer may take after the hand-over, ms: see `timeout`. @defaultValue the deadline of the delivery */
  readonly afterHandOverMs?: number | undefined;
  /** Options of `rateLimit`. @defaultValue none */
  readonly rateLimit?: RateLimitOptions | undefined;
  /** Options of `concurrency`. @defaultValue none */
  readonly concurrency?: ConcurrencyOptions | undefined;
  /** Options of `overrides`. @defaultValue none */
  readonly overrides?: Overrides | undefined;
}

/** How long an attempt may take where nothing else is said, ms. */
export const standardTimeoutMs: number = 30_000;

const names = [
  "retry",
  "breaker",
  "timeoutMs",
  "afterHandOverMs",
  "rateLimit",
  "concurrency",
  "overrides",
  "clock",
];

/**
 * The policies that a provider has where none are given, in the order that works: `retry()`, `breaker()`,
 * `timeout({ ms: 30_000 })`, and whatever else the options ask for. A bare provider of `createChain`, an entry of a
 * configuration file and a provider of the environment all have these.
 * @throws {TypeError | RangeError} if an option is out of range
 */
export function standardPolicies(options: StandardOptions = {}): readonly Policy[] {
  knownOptions("standardPolicies", options, names);
  const { clock, afterHandOverMs } = options;
  const timed = <T extends object>(policyOptions: T | undefined): T & TimedOptions => ({
    clock,
    ...(policyOptions as T),
  });
  return [
    ...(options.overrides === undefined ? [] : [overrides(options.overrides)]),
    ...(options.retry === false ? [] : [retry(timed(options.retry))]),
    ...(options.breaker === false ? [] : [breaker(timed(options.breaker))]),
    ...(options.rateLimit === undefined ? [] : [rateLimit(timed(options.rateLimit))]),
    ...(options.concurrency === undefined ? [] : [concurrency(timed(options.concurrency))]),
    timeout({ ms: options.timeoutMs ?? standardTimeoutMs, afterHandOverMs, clock }),
  ];
}
