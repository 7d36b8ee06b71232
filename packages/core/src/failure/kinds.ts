/**
 * Every kind of failure, named by whose doing it is and whether it will pass.
 * What follows from each stands once, in `dispositions`.
 */
export const failureKinds = [
  "transient",
  "throttled",
  "deferred",
  "misconfigured",
  "refused",
  "rejected",
  "unknown",
  "skipped",
  "cancelled",
] as const;

/**
 * - `transient`: the provider, for now (not reached, lost before hand-over, "try later")
 * - `throttled`: the provider said "too fast" or "enough for today"
 * - `deferred`: the recipient, for now (greylisted, mailbox full or busy)
 * - `misconfigured`: our account there (login, certificate, region, paused account)
 * - `refused`: this provider will not take this message (sender, policy, content, size)
 * - `rejected`: the message or its recipient, everywhere (no such user, invalid message)
 * - `unknown`: nobody knows; contact was lost after the message was handed over
 * - `skipped`: a policy of ours held it back; nothing was sent
 * - `cancelled`: the caller gave up, or time ran out, before hand-over
 */
export type FailureKind = (typeof failureKinds)[number];

/** What an outcome says about the health of a provider, as a breaker counts it. */
export type Verdict =
  /** the provider did its work */
  | "success"
  /** counts towards opening the breaker */
  | "failure"
  /** opens it at once: nothing will get through until the account is fixed */
  | "open"
  /** pauses it for `retryAfterMs`, without counting a failure */
  | "rest"
  /** says nothing about the provider: neither opens nor closes */
  | "neither";

/** What follows from one kind of failure. */
export interface Disposition {
  /** Try the same provider again. */
  readonly retry: boolean;
  /** Try the next provider. */
  readonly failover: boolean;
  readonly health: Verdict;
}

export type Dispositions = Readonly<Record<FailureKind, Disposition>>;

/** A caller's changes to one row of the table. */
export interface Override extends Partial<Disposition> {
  /** @deprecated the old name of `retry` */
  readonly again?: boolean;
  /** @deprecated the old name of `failover` */
  readonly next?: boolean;
}

/** A caller's changes to the table, kind by kind and column by column. */
export type Overrides = Readonly<Partial<Record<FailureKind, Override>>>;

/**
 * The one table of Relais: what follows from each kind of failure, unless a chain (`onUnknown`, `failover`) or a link
 * (`overrides`) says otherwise. `cancelled` ends a delivery in any case.
 */
export const dispositions: Dispositions = Object.freeze({
  transient: Object.freeze({ retry: true, failover: true, health: "failure" }),
  throttled: Object.freeze({ retry: false, failover: true, health: "rest" }),
  deferred: Object.freeze({ retry: false, failover: true, health: "neither" }),
  misconfigured: Object.freeze({ retry: false, failover: true, health: "open" }),
  refused: Object.freeze({ retry: false, failover: true, health: "neither" }),
  rejected: Object.freeze({ retry: false, failover: false, health: "success" }),
  unknown: Object.freeze({ retry: false, failover: false, health: "failure" }),
  skipped: Object.freeze({ retry: false, failover: true, health: "neither" }),
  cancelled: Object.freeze({ retry: false, failover: false, health: "neither" }),
});

/** A change to a row by the names of the table, whichever names it was written with. */
export function currentNames({ again, next, ...change }: Override): Partial<Disposition> {
  return {
    ...(again === undefined ? {} : { retry: again }),
    ...(next === undefined ? {} : { failover: next }),
    ...change,
  };
}
