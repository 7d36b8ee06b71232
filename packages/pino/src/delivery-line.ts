import type { Delivery, RelaisEvent } from "@relais/core/spi";
import { failureFields } from "./failure-fields.ts";
import { inMs, type Level, type Line } from "./line.ts";

type Ended = RelaisEvent & { readonly type: "delivery" };

const undelivered: Readonly<Record<"failed" | "partial" | "unknown", readonly [Level, string]>> = {
  failed: ["error", "message not sent"],
  partial: ["warn", "message sent to some of its recipients only"],
  unknown: ["error", "message perhaps sent: nobody knows"],
};

function levelAndText(delivery: Delivery): readonly [Level, string] {
  if (!delivery.success) return undelivered[delivery.status];
  if (delivery.possibleDuplicate) return ["warn", "message sent, perhaps twice"];
  if (delivery.failures.length > 0) return ["warn", "message sent by another provider"];
  return ["info", "message sent"];
}

/** The level of the one line that a delivery gets. */
export function deliveryLevel(delivery: Delivery): Level {
  return levelAndText(delivery)[0];
}

/** The one line that a delivery gets: by whom, how fast, and what failed before. */
export function deliveryLine({ delivery, chain, ms }: Ended, reasons: boolean): Line {
  const [level, text] = levelAndText(delivery);
  const { id, attempts, accepted, rejected, failures } = delivery;
  const common = { event: "delivery", chain, id };
  const counts = { attempts: attempts.length, accepted: accepted.length, ms: inMs(ms) };
  if (level === "info" && delivery.success) {
    const { provider, messageId } = delivery;
    return { level, text, fields: { ...common, provider, messageId, ...counts } };
  }
  const why = failures.map((failure) => failureFields(failure, reasons));
  const told = { ...common, ...counts, rejected: rejected.length, failures: why };
  const twice = delivery.possibleDuplicate ? { possibleDuplicate: true } : {};
  if (delivery.success) {
    const { provider, messageId } = delivery;
    return { level, text, fields: { ...told, ...twice, provider, messageId } };
  }
  const { status, kind, retryAt } = delivery;
  const again = retryAt === undefined ? {} : { retryAt: new Date(retryAt).toISOString() };
  return { level, text, fields: { ...told, ...twice, status, kind, ...again } };
}
