import type { Behind, Rejection } from "./outcome.ts";

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

/** Why a message was not (or perhaps not) delivered. Plain data: safe to store, and to print with `describe`. */
export interface Failure extends Behind {
  readonly success: false;
  /** Id of the provider that answered, `"message"` if the message never got as far as one. */
  readonly provider: string;
  readonly kind: FailureKind;
  /** One line of at most 300 characters; no credential, no message body, no control character. */
  readonly reason: string;
  /** The far end's own word: `"550 5.1.1"`, `"MessageRejected"`, `"ECONNREFUSED"`. */
  readonly code?: string;
  /** How long the far end (or a policy) asks us to wait, in ms. Never shortened by anybody. */
  readonly retryAfterMs?: number;
  /** `false`: another try at this provider is pointless although the kind allows it (a host that has no address). */
  readonly again?: false;
  /**
   * `true`: the far end said, in words of its own, that it did not take the message, after the message was handed over.
   * Without it `transient` then counts as `unknown`: a bare 503 may come from something that has passed the message on.
   */
  readonly definite?: true;
  /**
   * Recipients that were accepted all the same, as in the delivery of a chain. The chain around it takes an outcome with
   * any of them for a receipt, and the failure for that of the others.
   */
  readonly accepted?: readonly string[];
  /** Where recipients were refused for different reasons: each with its own failure. Absent: the failure is everyone's. */
  readonly rejected?: readonly Rejection[];
}
