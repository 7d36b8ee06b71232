import { createHash } from "node:crypto";
import type { FeedbackEvent, UnsubscribeRequest } from "@relais/core/spi";

/**
 * The event of a token. Each click of a day is the same one; one on a later day counts again, as somebody may have
 * subscribed anew.
 */
export function unsubscribeEvent(token: string, request: UnsubscribeRequest): FeedbackEvent {
  const at = Date.now();
  const day = new Date(at).toISOString().slice(0, 10);
  const { recipient, message, stream, tenant = "default" } = request;
  return {
    type: "unsubscribed",
    recipient,
    provider: "unsubscribe",
    source: "unsubscribe",
    eventId: createHash("sha256").update(`${token} ${day}`).digest("base64url"),
    message,
    ...(stream === undefined ? {} : { stream }),
    // Of a message that no outbox knows, too.
    tenant,
    at,
  };
}
