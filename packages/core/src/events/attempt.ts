import type { FailureKind } from "../failure/kinds.ts";

/** One call of one provider (or one call that was not made), as it stands in `delivery.attempts`. */
export interface Attempt {
  /** 1 for the first of the delivery. */
  readonly n: number;
  /** Unique within the process. */
  readonly id: string;
  readonly provider: string;
  /** When it began, ISO 8601. */
  readonly at: string;
  /** How long it took. 0 for a skipped one. */
  readonly ms: number;
  readonly success: boolean;
  /** Whether the point of no return was crossed. */
  readonly phase: "open" | "handed_over";
  /** Absent on success. */
  readonly kind?: FailureKind;
  readonly code?: string;
  readonly reason?: string;
  readonly retryAfterMs?: number;
  /**
   * True if the provider was not asked, and `reason` says why: a policy held it back (kind `skipped`), or the message is
   * over the provider's limits (kind `refused`).
   */
  readonly skipped: boolean;
  /** The far end's id of the message, on success. */
  readonly messageId?: string;
  /** Recipients it was made for, how many of them were accepted. */
  readonly recipients: number;
  readonly accepted: number;
}
