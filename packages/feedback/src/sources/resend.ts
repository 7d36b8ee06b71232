import { createHmac } from "node:crypto";
import { messageIdHeader, messageIdTag, option } from "@relais/core/spi";
import {
  base64Bytes,
  type CommonOptions,
  checkTime,
  commonFields,
  isSame,
  oneOrMore,
  toleranceMs,
} from "../receiver/authentic.ts";
import { feedbackEvent, isoMs, type Meaning, mailbox, ownId } from "../receiver/event.ts";
import { at, isObject, type Json, objectsAt, parsedObject, rawTextAt, textAt } from "../receiver/json.ts";
import { type FeedbackReceiver, header, Refused, receiver } from "../receiver/receiver.ts";

/** `whsec_…`, or what stands behind it. */
const signingSecret: option.Field<string, Buffer> = option.map(option.secret, (text) => {
  const bytes = base64Bytes(text.replace(/^whsec_/, ""));
  if (bytes === undefined || bytes.length < 16)
    throw new RangeError("must be a signing secret: whsec_ and base64");
  return bytes;
});

export const resendFields = {
  /** The signing secret of the webhook, or several. */
  secret: option.required(oneOrMore(signingSecret)),
  /** How old a signature may be, ms; it is made anew for each try. @defaultValue 5 minutes */
  toleranceMs,
};

export interface ResendReceiverOptions
  extends CommonOptions,
    option.RequiredOptions<typeof resendFields>,
    option.OptionalOptions<typeof resendFields> {}

function bounceOf(bounce: unknown): Meaning {
  const words = rawTextAt(bounce, "message") ?? "";
  if (/suppress/i.test(`${rawTextAt(bounce, "subType")} ${words}`)) return "blocked";
  const type = rawTextAt(bounce, "type");
  if (type === "Transient") return "bounced soft";
  // Before there was a type, only the words told.
  return type === "Permanent" || /\bhard bounce\b/i.test(words) ? "bounced hard" : "bounced undetermined";
}

function meaningOf(event: Json): Meaning {
  switch (rawTextAt(event, "type")) {
    case "email.delivered":
      return "delivered";
    case "email.delivery_delayed":
      return "deferred";
    case "email.bounced":
      return bounceOf(at(event, "data", "bounce"));
    case "email.complained":
      return "complained";
    case "email.failed":
      return "failed";
    case "email.suppressed":
      return "blocked";
    default:
      return undefined;
  }
}

/** Tags come as an object; they came as a list before. */
function messageOf(data: unknown): string | undefined {
  const named = (list: string, name: string): Json | undefined =>
    objectsAt(data, list).find((one) => rawTextAt(one, "name")?.toLowerCase() === name.toLowerCase());
  return ownId(
    textAt(data, "tags", messageIdTag) ?? textAt(named("tags", messageIdTag), "value"),
    textAt(named("headers", messageIdHeader), "value"),
  );
}

/** The recipient; empty if the mail had several, as Resend does not say which of them it was. */
function recipientOf(data: unknown): string | undefined {
  const all = ["to", "cc", "bcc"].flatMap((field) => {
    const list = at(data, field);
    return Array.isArray(list) ? list.map((_, i) => mailbox(textAt(list, i))) : [];
  });
  return all.length > 1 ? "" : all[0];
}

/**
 * Events of Resend's webhooks, signed as Standard Webhooks are. A mail with several recipients has events without one.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 * @see https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests
 */
export function resendReceiver(options: ResendReceiverOptions): FeedbackReceiver {
  const checked = option.check(
    "resendReceiver",
    option.record({ ...commonFields, ...resendFields }),
    options,
  );
  const { secret: secrets, provider = "RESEND", toleranceMs: window = 5 * 60_000 } = checked;

  return receiver("resend", ({ headers, body }) => {
    const signed = (name: string): string =>
      header(headers, `svix-${name}`) ?? header(headers, `webhook-${name}`) ?? "";
    const [id, time] = [signed("id"), signed("timestamp")];
    if (!/^[\w.-]{1,256}$/.test(id) || !/^\d{10}$/.test(time))
      throw new Refused(401, "the request carries no signature");
    const signatures = signed("signature").split(" ").slice(0, 10);
    const isSigned = secrets
      .map(
        (secret) =>
          `v1,${createHmac("sha256", secret).update(`${id}.${time}.`).update(body).digest("base64")}`,
      )
      .flatMap((expected) => signatures.map((one) => isSame(one, expected)))
      .includes(true);
    if (!isSigned)
      throw new Refused(401, "the signature of the request is wrong, or its body was changed on the way");
    checkTime(Number(time) * 1_000, window);

    const event = parsedObject(body);
    const data = at(event, "data");
    const meaning = meaningOf(event);
    const recipient = recipientOf(data);
    if (meaning !== undefined && (!isObject(data) || recipient === undefined))
      throw new Refused(400, "the event names no recipient");
    return {
      events: [
        feedbackEvent(provider, "resend", {
          meaning,
          recipient,
          eventId: id,
          message: messageOf(data),
          providerMessageId: textAt(data, "email_id"),
          words:
            rawTextAt(data, "bounce", "message") ??
            rawTextAt(data, "failed", "reason") ??
            rawTextAt(data, "suppressed", "message"),
          at: isoMs(rawTextAt(event, "created_at")),
        }),
      ],
    };
  });
}
