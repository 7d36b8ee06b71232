import { type MessageState, messageStates } from "@relais/core/spi";

/** The states of a message, as operators see them. In the table `scheduled` is `deferred`, as workers of every version know it. */
export const states: typeof messageStates = messageStates;

export type State = MessageState;

/** The column `state`. */
export type StoredState = Exclude<State, "scheduled">;

/** Whether a deferred message `m` has never been put off, as SQL: then it waits for its `sendAt`. */
export const isScheduledSql =
  "(m.state = 'deferred' and m.deferrals = 0 and m.delivery_trace->>'status' is distinct from 'deferred')";

/** States in which a message is over. One that is `unknown` waits for an operator or a late result. */
export const finalStates = ["sent", "partial", "failed", "expired", "cancelled"] as const;

/** What to do when it is unknown whether a provider took a message. */
export const unknownPolicies = ["hold", "resend", "assume_sent"] as const;

/**
 * - `hold`: leave it to an operator (invoices, contracts)
 * - `resend`: send it again: a second copy does no harm (codes, resets)
 * - `assume_sent`: take it for sent (newsletters)
 */
export type UnknownPolicy = (typeof unknownPolicies)[number];

/** A recipient who will not get the message, and why, without addresses. */
export interface Refusal {
  readonly address: string;
  readonly kind: string;
  readonly reason: string;
}

/** The status of each recipient of a message while no provider is being called. Every one is in exactly one list. */
export interface RecipientStatus {
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
  /** It is unknown whether they have it. */
  readonly unknown: readonly string[];
  /** Do not have it, and may be tried again. */
  readonly pending: readonly string[];
}

/** Before every id: where a walk through ids begins. */
export const firstId = "00000000-0000-0000-0000-000000000000";
