import type { Failure } from "./kinds.ts";

/** One recipient that was not accepted although others were, or for a reason of its own. */
export interface Rejection {
  /** The bare address, as it stands in the envelope. */
  readonly address: string;
  readonly failure: Failure;
}

/**
 * What stands behind an outcome that is not one attempt's: of a chain within a chain, or of several attempts whose ends
 * nobody can tell apart. A chain goes by it; a provider that sends by itself leaves it out.
 */
export interface Behind {
  /** The receipts, where recipients were taken by different providers. */
  readonly receipts?: readonly Receipt[];
  /** One a provider that failed, in order. */
  readonly failures?: readonly Failure[];
  /** There may be two copies. */
  readonly possibleDuplicate?: true;
}

/** A provider's word that it took the message, for the recipients in `accepted`. */
export interface Receipt extends Behind {
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
