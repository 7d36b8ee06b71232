import type { Dispositions } from "../failure/kinds.ts";
import {
  type Failure,
  failure,
  type Outcome,
  type Receipt,
  type Rejection,
  receipt,
} from "../failure/outcome.ts";
import { aggregateKind } from "../failure/precedence.ts";
import { mailboxKey } from "../message/address.ts";

/** Those for whom the same provider may be asked again, and why it did not take the message for them. */
export interface RetryableRecipients {
  readonly to: readonly string[];
  /** Of the first of them. */
  readonly failure: Failure;
  /** How long to wait at least, ms: what the far end asked for, the longest where it asked several times. */
  readonly waitMs: number;
}

const isRetryable = (one: Failure, table: Dispositions): boolean =>
  one.again !== false && table[one.kind].again;

/** Each recipient's own failure, where it has none of its own the whole one. */
function failuresOf(outcome: Outcome, asked: readonly string[]): readonly Rejection[] {
  if (outcome.success) return outcome.rejected;
  const own = new Map(outcome.rejected?.map((one) => [mailboxKey(one.address), one.failure]));
  return asked.map((address) => ({ address, failure: own.get(mailboxKey(address)) ?? outcome }));
}

/** Who is left over after an attempt; `undefined` if nobody is. */
export function retryableRecipients(
  outcome: Outcome,
  asked: readonly string[],
  table: Dispositions,
): RetryableRecipients | undefined {
  if (outcome.success && outcome.rejected.length === 0) return undefined;
  if (!outcome.success) {
    // Said of the provider: it holds for everybody.
    if (outcome.again === false || outcome.kind === "cancelled") return undefined;
    if (outcome.rejected === undefined) {
      if (!table[outcome.kind].again) return undefined;
      return { to: asked, failure: outcome, waitMs: outcome.retryAfterMs ?? 0 };
    }
  }
  const left = failuresOf(outcome, asked).filter((one) => isRetryable(one.failure, table));
  const [first] = left;
  if (first === undefined) return undefined;
  const waitMs = Math.max(0, ...left.map((one) => one.failure.retryAfterMs ?? 0));
  const to = left.length === asked.length ? asked : Object.freeze(left.map(({ address }) => address));
  return { to, failure: first.failure, waitMs };
}

/** What several attempts, each for those whom the one before left over, come to. */
export interface OutcomeTally {
  /** Adds the outcome of an attempt for `asked`. */
  add(outcome: Outcome, asked: readonly string[]): void;
  /** All attempts as one outcome. */
  total(): Outcome;
}

/** @param everybody whom the first attempt is for */
export function outcomeTally(everybody: readonly string[]): OutcomeTally {
  const failures = new Map<string, Failure>();
  const accepted = new Set<string>();
  let first: Receipt | undefined;
  let whole: Outcome | undefined;
  return {
    add(outcome, asked) {
      whole = asked === everybody ? outcome : undefined;
      for (const { address, failure: why } of failuresOf(outcome, asked)) {
        failures.set(mailboxKey(address), why);
      }
      if (!outcome.success) return;
      first ??= outcome;
      for (const address of outcome.accepted) accepted.add(mailboxKey(address));
    },
    total() {
      if (whole !== undefined) return whole;
      const has = (address: string): boolean => accepted.has(mailboxKey(address));
      const rejected = everybody.flatMap((address) => {
        const why = failures.get(mailboxKey(address));
        return has(address) || why === undefined ? [] : [{ address, failure: why }];
      });
      if (first !== undefined) return receipt({ ...first, accepted: everybody.filter(has), rejected });
      const kind = aggregateKind(rejected.map((one) => one.failure));
      const said = rejected.find((one) => one.failure.kind === kind)?.failure as Failure;
      return failure({ ...said, again: undefined, rejected });
    },
  };
}
