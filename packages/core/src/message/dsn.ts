import { bareAddress } from "./address.ts";
import { headerText, isAbsent } from "./fields.ts";
import { InvalidMessage } from "./invalid-message.ts";
import type { DeliveryStatusRequest } from "./message.ts";
import { ownFields } from "./own-fields.ts";
import { quote } from "./quote.ts";

/** What reports to ask a server for (RFC 3461), with nodemailer's names. */
export interface DeliveryStatusInput {
  /** `full` or `headers`; `hdrs` is SMTP's own word. */
  readonly return?: string | null | undefined;
  readonly ret?: string | null | undefined;
  readonly id?: string | null | undefined;
  readonly envid?: string | null | undefined;
  readonly notify?: string | readonly string[] | null | undefined;
  readonly recipient?: string | null | undefined;
  readonly orcpt?: string | null | undefined;
}

const fields = new Set(["return", "ret", "id", "envid", "notify", "recipient", "orcpt"]);
const events = ["never", "success", "failure", "delay"] as const;
type Event = (typeof events)[number];

function returned(value: unknown): "full" | "headers" {
  const word = String(value).toLowerCase().trim();
  if (word === "full") return "full";
  if (word === "headers" || word === "hdrs") return "headers";
  throw new InvalidMessage("dsn.return", `must be full or headers, not ${quote(value)}`);
}

function notified(value: unknown): readonly Event[] {
  const words = (Array.isArray(value) ? value : String(value).split(",")).map((one) =>
    String(one).toLowerCase().trim(),
  );
  for (const word of words) {
    if (!events.includes(word as Event))
      throw new InvalidMessage("dsn.notify", `must be never, success, failure or delay, not ${quote(word)}`);
  }
  // RFC 3461, 4.1: "never" stands alone.
  return Object.freeze(words.includes("never") ? ["never"] : [...new Set(words as Event[])]);
}

/** The reports that a message asks for. */
export function deliveryStatus(value: unknown): DeliveryStatusRequest | undefined {
  if (isAbsent(value) || value === false) return undefined;
  const input = ownFields<DeliveryStatusInput>("dsn", value, fields, "a DSN request");
  const what = input.return ?? input.ret;
  const id = input.id ?? input.envid;
  const recipient = input.recipient ?? input.orcpt;
  return Object.freeze({
    ...(isAbsent(what) ? {} : { return: returned(what) }),
    ...(isAbsent(id) ? {} : { id: headerText("dsn.id", id, 100) }),
    ...(isAbsent(input.notify) ? {} : { notify: notified(input.notify) }),
    ...(isAbsent(recipient)
      ? {}
      : { recipient: bareAddress("dsn.recipient", recipient.replace(/^rfc822;/i, "")) }),
  });
}
