/** The states of a message in an outbox. One that is `scheduled` waits for its `sendAt`; `deferred` is one that is tried again. */
export const messageStates = [
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
] as const;

export type MessageState = (typeof messageStates)[number];
