import type { BreakerState } from "../events/event.ts";
import type { Dispositions, Overrides } from "../failure/kinds.ts";
import type { Provider, Send } from "../provider/provider.ts";
import type { Clock } from "../runtime/clock.ts";
import { version } from "../runtime/version.ts";

/** Where a policy is applied: what it may know of its link. */
export interface LinkSite {
  readonly provider: Provider;
  /** The one table, with this link's overrides. */
  readonly dispositions: Dispositions;
  /** Makes a policy's state visible in `link.status()`. */
  report(name: string, status: () => unknown): void;
  /** Runs when the link is closed. */
  onClose(run: () => void): void;
}

/**
 * A function from `send` to `send`. Its state is created when it is applied, so two links never share a breaker or a
 * bucket, even if they were given the same policy.
 */
export interface Policy {
  (next: Send, site: LinkSite): Send;
  /** Changes to the table for the whole link, made before any policy is applied. */
  readonly overrides?: Overrides;
}

const settles = Symbol.for(`relais ${version} settles`);

/** Notes that what a policy makes of a `send` that settles always settles soon after an abort. */
export function settlingPolicy(policy: Policy): Policy {
  return Object.assign(policy, { [settles]: true });
}

/** Whether all of these settle, so that no grace period is needed around them. */
export const allSettle = (policies: readonly Policy[]): boolean => policies.every((one) => settles in one);

/** Notes that a `send` settles, soon after an abort at the latest. */
export function settling(send: Send): Send {
  return Object.assign(send, { [settles]: true });
}

/** Whether a `send` need not be watched. */
export const isSettling = (send: Send): boolean => settles in send;

/** How the policies of a link stand, by name. Policies of your own may add theirs. */
export interface LinkStatus {
  readonly breaker?: BreakerStatus;
  /** Retries left in the budget. */
  readonly retry?: { readonly budget: number };
  readonly concurrency?: { readonly inFlight: number; readonly waiting: number };
  readonly rateLimit?: { readonly limits: readonly LimitStatus[] };
  readonly [name: string]: unknown;
}

/** A limit of `rateLimit`, and what is used of it. */
export interface LimitStatus {
  /** In words. */
  readonly limit: string;
  /** Within any second, any 24 hours, or `quota`: until the provider is asked again what is left of its day. */
  readonly per: "second" | "day" | "quota";
  /** Messages or recipients, whichever is counted. */
  readonly most: number;
  readonly used: number;
}

/** Times are ms since 1970. */
export interface BreakerStatus {
  readonly state: BreakerState;
  /** When the next probe may go; only while it is open. */
  readonly reopenAt?: number;
  /** Until when the provider asked not to be called. */
  readonly restUntil?: number;
}

/** Options that every policy with a sense of time takes. */
export interface TimedOptions {
  /** @defaultValue the machine's clock */
  readonly clock?: Clock | undefined;
}
