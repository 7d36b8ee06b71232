import type { Failure, FailureKind } from "../failure/kinds.ts";
import type { Receipt, Rejection } from "../failure/outcome.ts";
import type { Attempt } from "./attempt.ts";

/** What both ends of a delivery have. */
interface Ended {
  /** `Message.id`; empty if the message was refused at the door before it had one. */
  readonly id: string;
  /** Every attempt in order, also those before the one that got through. */
  readonly attempts: readonly Attempt[];
  /** One a provider that failed, in chain order: its last failure. Present on success too: no first error is forgotten. */
  readonly failures: readonly Failure[];
  /** Every recipient that was accepted, by whichever provider. */
  readonly accepted: readonly string[];
  readonly rejected: readonly Rejection[];
  /** The receipts behind `accepted`, in order; more than one if recipients were taken by different providers. */
  readonly receipts: readonly Receipt[];
  /** There may be two copies: an attempt ended `unknown` and `onUnknown: "failover"` chose to send again. */
  readonly possibleDuplicate?: true;
}

/** Every recipient was accepted. */
export interface Delivered extends Ended {
  readonly success: true;
  /** The provider that took the message (the first, if recipients went by several). */
  readonly provider: string;
  readonly messageId: string;
}

/** Not every recipient was accepted, or nobody knows. */
export interface Undelivered extends Ended {
  readonly success: false;
  /**
   * - `failed`: no recipient was accepted, surely
   * - `partial`: some were accepted and some, surely, were not
   * - `unknown`: for at least one recipient nobody knows; do not send it again without thinking
   */
  readonly status: "failed" | "partial" | "unknown";
  /** `ID: reason | ID: reason`, a part a provider in chain order. */
  readonly error: string;
  /** What the whole amounts to, as one kind; `rejected` holds each recipient's own. */
  readonly kind: FailureKind;
  readonly reason: string;
  /** Id of the chain. */
  readonly provider: string;
  /** The earliest time worth trying again (ms since 1970), if every provider said or implied one. */
  readonly retryAt?: number;
  readonly retryAfterMs?: number;
}

/** All attempts of one message, and how it ended. */
export type Delivery = Delivered | Undelivered;
