/** The states of a message in an outbox. */
export const messageStates = [
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

export type MessageState = (typeof messageStates)[number];
