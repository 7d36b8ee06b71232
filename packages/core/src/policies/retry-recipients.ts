import type { Dispositions } from "../failure/kinds.ts";
import {
  type Failure,
  failure,
  failuresOf,
  type Outcome,
  type Receipt,
  receipt,
} from "../failure/outcome.ts";
import { aggregateKind } from "../failure/precedence.ts";
import { mailboxKey } from "../message/address.ts";

/** The recipients for whom the same provider may be tried again, and why it did not take the message for them. */
export interface RetryableRecipients {
  readonly to: readonly string[];
  /** Of the first of them. */
  readonly failure: Failure;
  /** How long to wait at least, ms: what the server asked for, the longest where it asked several times. */
  readonly waitMs: number;
}

const isRetryable = (one: Failure, table: Dispositions): boolean =>
  one.retryable !== false && table[one.kind].retry;

/** The recipients to retry after an attempt; `undefined` if there are none. */
export function retryableRecipients(
  outcome: Outcome,
  recipients: readonly string[],
  table: Dispositions,
): RetryableRecipients | undefined {
  if (outcome.success && outcome.rejected.length === 0) return undefined;
  if (!outcome.success) {
    // About the provider: it holds for all recipients.
    if (outcome.retryable === false || outcome.kind === "cancelled") return undefined;
    if (outcome.rejected === undefined) {
      if (!table[outcome.kind].retry) return undefined;
      return { to: recipients, failure: outcome, waitMs: outcome.retryAfterMs ?? 0 };
    }
  }
  const left = failuresOf(outcome, recipients).filter((one) => isRetryable(one.failure, table));
  const [first] = left;
  if (first === undefined) return undefined;
  const waitMs = Math.max(0, ...left.map((one) => one.failure.retryAfterMs ?? 0));
  const to =
    left.length === recipients.length ? recipients : Object.freeze(left.map(({ address }) => address));
  return { to, failure: first.failure, waitMs };
}

/** What several attempts, each for the recipients that the one before left, come to. */
export interface OutcomeTally {
  /** Adds the outcome of an attempt for `to`. */
  add(outcome: Outcome, to: readonly string[]): void;
  /** All attempts as one outcome. */
  total(): Outcome;
}

/** @param recipients those of the first attempt */
export function outcomeTally(recipients: readonly string[]): OutcomeTally {
  const failures = new Map<string, Failure>();
  const accepted = new Set<string>();
  let first: Receipt | undefined;
  let whole: Outcome | undefined;
  return {
    add(outcome, to) {
      whole = to === recipients ? outcome : undefined;
      for (const { address, failure: why } of failuresOf(outcome, to)) {
        failures.set(mailboxKey(address), why);
      }
      if (!outcome.success) return;
      first ??= outcome;
      for (const address of outcome.accepted) accepted.add(mailboxKey(address));
    },
    total() {
      if (whole !== undefined) return whole;
      const isAccepted = (address: string): boolean => accepted.has(mailboxKey(address));
      const rejected = recipients.flatMap((address) => {
        const why = failures.get(mailboxKey(address));
        return isAccepted(address) || why === undefined ? [] : [{ address, failure: why }];
      });
      if (first !== undefined)
        return receipt({ ...first, accepted: recipients.filter(isAccepted), rejected });
      const kind = aggregateKind(rejected.map((one) => one.failure));
      const speaking = rejected.find((one) => one.failure.kind === kind)?.failure as Failure;
      return failure({ ...speaking, retryable: undefined, rejected });
    },
  };
}
