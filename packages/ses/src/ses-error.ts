import type { FailureKind } from "@relais/core/spi";

/**
 * Whom an error is about. `account`: key, pause, quota, plan, our rate; it waits, told, and ends no message.
 * `identity`: one sender's address or domain, `message`, `recipient`: these say nothing about the provider.
 * `passing`: a state of the server or the network; it is tried again.
 */
export type About = "account" | "identity" | "message" | "recipient" | "passing";

/** What follows from one error name of SES: a row of `sesErrors`. */
export interface SesError {
  /** The error's name without a trailing `Exception`; SES and its client use both forms. */
  readonly name: string;
  /** Only if the message says this: SES has names that mean two things. A row that asks stands before one that does not. */
  readonly says?: RegExp;
  readonly kind: FailureKind;
  readonly about: About;
  /** In a few words, without SES's own. */
  readonly meaning: string;
  readonly retryAfterMs?: number;
  /** Our clock is wrong. The client learns by how much from the answer, and its next request fits. */
  readonly clock?: true;
  /** Our key is not, or no longer, good: a fresh one may be. */
  readonly key?: true;
  /** The page that says so. */
  readonly source: string;
}
