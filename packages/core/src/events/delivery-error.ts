import type { Delivered, Delivery, Undelivered } from "./delivery.ts";

/** The one error that `unwrap` throws. Its message is `delivery.error`. */
export class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  readonly delivery: Undelivered;

  constructor(delivery: Undelivered) {
    super(delivery.error);
    this.delivery = delivery;
  }

  /** Nobody knows whether the message was delivered: think before sending it again. */
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
