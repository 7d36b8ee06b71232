import type { FailureKind } from "@relais/core/spi";
import type { About } from "@relais/ses";

/** The kinds that an error may have, by whom it is about. */
export const kindsOf: Readonly<Record<About, readonly FailureKind[]>> = {
  // It waits, told, until its time is over: an account's state ends no message.
  account: ["throttled", "misconfigured"],
  // These open no breaker.
  identity: ["refused", "rejected"],
  message: ["refused", "rejected"],
  recipient: ["rejected", "deferred", "refused"],
  // Tried again, or nobody knows.
  passing: ["transient", "throttled", "deferred", "unknown"],
};
