import type { FailureKind } from "../failure/kinds.ts";
import type { Failure, Receipt, Rejection } from "../failure/outcome.ts";
import { recognizeCopies } from "../runtime/copies.ts";

/** What both ends of a delivery have. */
interface DeliveryBase {
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
export interface Delivered extends DeliveryBase {
  readonly success: true;
  readonly status: "sent";
  /** The provider that took the message (the first, if recipients went by several). */
  readonly provider: string;
  readonly messageId: string;
  // Never there: without `strict` a compiler does not tell the two ends apart by `success`.
  readonly error?: undefined;
  readonly kind?: undefined;
  readonly reason?: undefined;
}

/** Not every recipient was accepted, or it is unknown. */
export interface Undelivered extends DeliveryBase {
  readonly success: false;
  /**
   * - `failed`: no recipient was accepted, surely
   * - `partial`: some were accepted and some, surely, were not
   * - `unknown`: for at least one recipient it is not known; do not send it again without thinking
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

/** All attempts of one message, and how it ended, told apart by `status` (or by `success`, for `sent` and the rest). */
export type Delivery = Delivered | Undelivered;

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
  /** The server's id of the message, on success. */
  readonly messageId?: string;
  /** Recipients it was made for, how many of them were accepted. */
  readonly recipients: number;
  readonly accepted: number;
}

/** The one error that `unwrap` throws. Its message is `delivery.error`. */
export class DeliveryError extends Error {
  static {
    recognizeCopies(DeliveryError, "DeliveryError");
  }

  override readonly name = "DeliveryError";
  /** Not enumerable: an error that nobody catches is printed without every attempt and address. */
  declare readonly delivery: Undelivered;

  constructor(delivery: Undelivered) {
    super(delivery.error);
    Object.defineProperty(this, "delivery", { value: delivery });
  }

  /** Whether the message was delivered is unknown: think before sending it again. */
  get unknown(): boolean {
    return this.delivery.status === "unknown";
  }
}

/**
 * For callers who prefer exceptions: the delivery if every recipient was accepted.
 * @throws {DeliveryError} otherwise
 */
export function unwrap(delivery: Delivery): Delivered {
  if (delivery.success) return delivery;
  throw new DeliveryError(delivery);
}
