/** Where a message of the outbox stands. */
export const states = [
  "queued",
  "sending",
  "deferred",
  "sent",
  "partial",
  "unknown",
  "failed",
  "expired",
  "cancelled",
] as const;

export type State = (typeof states)[number];

/** What to do when nobody knows whether a provider took a message. */
export const unknownPolicies = ["hold", "resend", "assume_sent"] as const;

/**
 * - `hold`: leave it to an operator (invoices, contracts)
 * - `resend`: send it again: a second copy does no harm (codes, resets)
 * - `assume_sent`: take it for sent (newsletters)
 */
export type UnknownPolicy = (typeof unknownPolicies)[number];
