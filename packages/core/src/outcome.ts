import type { Failure } from "./failure.ts";

/** One recipient that was not accepted although others were, or for a reason of its own. */
export interface Rejection {
  /** The bare address, as it stands in the envelope. */
  readonly address: string;
  readonly failure: Failure;
}

/** A provider's word that it took the message, for the recipients in `accepted`. */
export interface Receipt {
  readonly success: true;
  readonly provider: string;
  /**
   * What the far end calls the message: the Message-ID for SMTP, the SES message id for SES. Never invented: it is empty
   * for a whole mail without a Message-ID that went by SMTP.
   */
  readonly messageId: string;
  readonly accepted: readonly string[];
  /** Recipients refused while the message itself was taken. */
  readonly rejected: readonly Rejection[];
  /** The far end's closing words, one line: `250 2.0.0 Ok: queued as 4F2A`. */
  readonly response?: string;
}

/** How one attempt ended. A provider's `send` always resolves with one, told apart by `success`. */
export type Outcome = Receipt | Failure;
