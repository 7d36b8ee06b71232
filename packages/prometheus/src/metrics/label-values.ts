import { failureKinds } from "@relais/core/spi";

/** What a label says where the value is none of those that are known: the number of series stays bounded. */
const other = "other";

/** What `provider` says where no provider took the message for everybody. */
export const noProvider = "none";

/** `kind` of an attempt: `accepted`, or why not. */
export const kinds: readonly string[] = ["accepted", ...failureKinds];

/**
 * `status` of a delivery. `rejected` (the message's own fault, everywhere) and `cancelled` (the caller's) are failed
 * deliveries that say nothing about how well mail is sent.
 */
export const statuses: readonly string[] = ["sent", "partial", "failed", "unknown", "rejected", "cancelled"];

/** `reason` of a skip: what held the attempt back. */
export const skipReasons: readonly string[] = [
  "breaker-open",
  "resting",
  "rate-limit",
  "daily-limit",
  "queue-full",
  "over-limit",
];

/** `reason` of a retry that was not made. */
export const suppressions: readonly string[] = ["budget", "deadline", "wait-too-long"];

/** `state` of a breaker. */
export const breakerStates: readonly string[] = ["closed", "half-open", "open"];

/** `state` of a message of the outbox. */
export const messageStates: readonly string[] = [
  "queued",
  "scheduled",
  "sending",
  "deferred",
  "sent",
  "partial",
  "unknown",
  "failed",
  "expired",
  "cancelled",
];

/** Values that are known one by one. */
export interface KnownNames {
  /** The value itself if it is known, else `other`. */
  of(value: string | undefined): string;
  /** From now on these are known, and no others are taken up unasked; asked for again when one is not known. */
  know(values: () => Iterable<string>): void;
}

/**
 * @param most how many values are taken up as they come, until `know` is called
 */
export function knownNames(most: number): KnownNames {
  const known = new Set<string>();
  const sources: (() => Iterable<string>)[] = [];
  const learn = (from: () => Iterable<string>): void => {
    for (const value of from()) known.add(value);
  };
  return {
    of(value) {
      if (value === undefined) return other;
      if (known.has(value)) return value;
      if (sources.length === 0 && known.size < most) known.add(value);
      // A chain may have been made anew.
      for (const source of sources) learn(source);
      return known.has(value) ? value : other;
    },
    know(values) {
      sources.push(values);
      learn(values);
    },
  };
}

/** The value if it is one of a closed list, else `other`. */
export const oneOf = (list: readonly string[], value: string | undefined): string =>
  value !== undefined && list.includes(value) ? value : other;
