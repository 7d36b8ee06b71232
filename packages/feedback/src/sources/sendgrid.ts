import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { messageIdTag, option } from "@relais/core/spi";
import {
  base64Bytes,
  type CommonOptions,
  checkTime,
  commonFields,
  oneOrMore,
  toleranceMs,
} from "../receiver/authentic.ts";
import { feedbackEvent, hashed, type Meaning, mailbox } from "../receiver/event.ts";
import { at, isObject, type Json, parsed, rawTextAt, textAt } from "../receiver/json.ts";
import { type FeedbackReceiver, header, Refused, receiver } from "../receiver/receiver.ts";

/** A public key as SendGrid shows it, base64 without lines, or as PEM. */
const publicKey: option.Field<string, KeyObject> = option.map(option.secret, (text) => {
  try {
    const key = text.includes("-----BEGIN")
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text.trim(), "base64"), format: "der", type: "spki" });
    if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  } catch {
    // The sentence below says it.
  }
  throw new RangeError("must be the verification key that SendGrid shows for the webhook");
});

export const sendgridFields = {
  /** The verification key of the webhook, or several. */
  publicKey: option.required(oneOrMore(publicKey)),
  /** How old a signature may be, ms. SendGrid tries again for a day. @defaultValue 25 hours */
  toleranceMs,
};

export interface SendgridReceiverOptions
  extends CommonOptions,
    option.RequiredOptions<typeof sendgridFields>,
    option.OptionalOptions<typeof sendgridFields> {}

/** What SendGrid did not send as the address is on one of its lists. */
const ownLists = /^(?:bounced|spam reporting|unsubscribed) address$/i;

function meaningOf(event: Json): Meaning {
  const type = rawTextAt(event, "type");
  const reason = rawTextAt(event, "reason") ?? "";
  switch (rawTextAt(event, "event")) {
    case "delivered":
      return "delivered";
    case "deferred":
      return "deferred";
    case "bounce":
      // `blocked` is the other server's refusal of this mail, `expired` three days of deferrals: the address lives.
      return type === "blocked" || type === "expired" ? "bounced soft" : "bounced hard";
    case "blocked":
      return "bounced soft";
    case "dropped":
      return ownLists.test(reason) ? "blocked" : /^invalid$/i.test(reason) ? "bounced hard" : "failed";
    case "spamreport":
      return "complained";
    case "unsubscribe":
    case "group_unsubscribe":
      return "unsubscribed";
    default:
      return undefined;
  }
}

/**
 * Events of SendGrid's signed Event Webhook. The id of a group that was unsubscribed from is the event's stream.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 * @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
export function sendgridReceiver(options: SendgridReceiverOptions): FeedbackReceiver {
  const checked = option.check(
    "sendgridReceiver",
    option.record({ ...commonFields, ...sendgridFields }),
    options,
  );
  const { publicKey: keys, provider = "SENDGRID", toleranceMs: window = 25 * 60 * 60_000 } = checked;

  return receiver("sendgrid", ({ headers, body }) => {
    const time = header(headers, "x-twilio-email-event-webhook-timestamp") ?? "";
    const signature = base64Bytes(header(headers, "x-twilio-email-event-webhook-signature") ?? "");
    if (signature === undefined || !/^\d{10}$/.test(time))
      throw new Refused(401, "the request carries no signature: turn on the signed Event Webhook");
    const signed = Buffer.concat([Buffer.from(time), body]);
    if (!keys.some((key) => verify("sha256", signed, key, signature)))
      throw new Refused(401, "the signature of the request is wrong, or its body was changed on the way");
    checkTime(Number(time) * 1_000, window);

    const list = parsed(body);
    if (!Array.isArray(list) || !list.every(isObject))
      throw new Refused(400, "the body is not a list of events");
    let unreadable = 0;
    const events = list.map((one) => {
      const meaning = meaningOf(one);
      const recipient = mailbox(textAt(one, "email"));
      if (meaning !== undefined && recipient === undefined) unreadable += 1;
      const seconds = at(one, "timestamp");
      const group = rawTextAt(one, "event") === "group_unsubscribe" ? textAt(one, "asm_group_id") : undefined;
      return feedbackEvent(provider, "sendgrid", {
        meaning,
        recipient,
        eventId: textAt(one, "sg_event_id") ?? hashed(one),
        message: textAt(one, messageIdTag),
        // The id that a send was answered with, before what SendGrid adds for its servers.
        providerMessageId: textAt(one, "sg_message_id")?.split(".")[0],
        code: textAt(one, "status"),
        words: rawTextAt(one, "reason") ?? rawTextAt(one, "response"),
        stream: group,
        at: typeof seconds === "number" ? seconds * 1_000 : undefined,
      });
    });
    return unreadable === 0 ? { events } : { events, notice: `${unreadable} events name no recipient` };
  });
}
