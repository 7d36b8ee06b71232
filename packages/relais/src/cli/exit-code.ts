import type { Delivery } from "@relais/core";

/** What the command `relais` exits with. */
export const exitCodes = {
  /** Done; delivered to everybody; every provider would take mail. */
  ok: 0,
  /** Not delivered; a provider would not take mail; the database of the outbox failed. */
  failed: 1,
  /** The command line, the configuration or the message is wrong; nothing was sent. */
  usage: 2,
  /** Nobody knows whether it was delivered: think before sending it again. */
  unknown: 3,
  /** Some recipients have it and some do not. */
  partial: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export function exitCodeOf(delivery: Delivery): ExitCode {
  if (delivery.success) return exitCodes.ok;
  if (delivery.status !== "failed") return exitCodes[delivery.status];
  // Refused at the door: what was written is wrong, no provider is.
  return delivery.attempts.length === 0 && delivery.kind === "rejected" ? exitCodes.usage : exitCodes.failed;
}
