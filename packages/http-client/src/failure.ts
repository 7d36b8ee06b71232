import type { FailureKind } from "@relais/core/spi";

/**
 * Whom an error is about. `account`: key, pause, quota, plan, credits, rate; messages wait, and none ends.
 * `identity`: one sender's address or domain, `message`, `recipient`: these say nothing about the provider.
 * `passing`: a state of the server or the network; it is tried again, or unknown.
 */
export type About = "account" | "identity" | "message" | "recipient" | "passing";

/** What an error means: the part that the rows of all tables have. */
export interface Meaning {
  readonly kind: FailureKind;
  readonly about: About;
  /** In a few words, as the beginning of a reason. */
  readonly meaning: string;
  /** The page that says so. */
  readonly source: string;
}

/** What rows of several tables have in common. */
export const rows = {
  misconfigured: { kind: "misconfigured", about: "account" },
  throttled: { kind: "throttled", about: "account", meaning: "sending too fast" },
  senderRefused: { kind: "refused", about: "identity", meaning: "sender not accepted" },
  messageRefused: { kind: "refused", about: "message", meaning: "the message was not taken" },
  passing: { kind: "transient", about: "passing" },
  unknown: {
    kind: "unknown",
    about: "passing",
    meaning: "an answer that does not say whether the message was taken",
  },
} as const;
