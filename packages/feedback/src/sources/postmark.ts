import { messageIdTag, option } from "@relais/core/spi";
import { auth, type CommonOptions, checkLogin, commonFields } from "../receiver/authentic.ts";
import { feedbackEvent, hashed, isoMs, type Meaning, mailbox } from "../receiver/event.ts";
import { at, type Json, parsedObject, rawTextAt, textAt } from "../receiver/json.ts";
import { type FeedbackReceiver, Refused, receiver } from "../receiver/receiver.ts";

export const postmarkFields = {
  /** The login in the webhook's URL, `{ user, pass }`, or the token of its header, `{ token }`; or several. */
  auth: option.required(auth),
};

export interface PostmarkReceiverOptions
  extends CommonOptions,
    option.RequiredOptions<typeof postmarkFields>,
    option.OptionalOptions<typeof postmarkFields> {}

/**
 * Postmark's types of bounces. `Blocked` is the other provider's refusal of the mail, not a list of Postmark's; what is
 * an answer of a person or a machine to a mail that arrived means nothing.
 * @see https://postmarkapp.com/developer/api/bounce-api#bounce-types
 */
const bounceTypes: Readonly<Record<string, Meaning>> = {
  HardBounce: "bounced hard",
  Transient: "deferred",
  Unsubscribe: "unsubscribed",
  Subscribe: undefined,
  AutoResponder: undefined,
  AddressChange: undefined,
  DnsError: "bounced soft",
  SpamNotification: "bounced soft",
  OpenRelayTest: undefined,
  Unknown: "bounced undetermined",
  SoftBounce: "bounced soft",
  VirusNotification: "failed",
  ChallengeVerification: undefined,
  BadEmailAddress: "bounced hard",
  SpamComplaint: "complained",
  ManuallyDeactivated: "blocked",
  Unconfirmed: "failed",
  Blocked: "bounced soft",
  SMTPApiError: "failed",
  InboundError: undefined,
  DMARCPolicy: "failed",
  TemplateRenderingFailed: "failed",
};

function meaningOf(event: Json): Meaning {
  const type = rawTextAt(event, "Type") ?? "";
  switch (rawTextAt(event, "RecordType")) {
    case "Delivery":
      return "delivered";
    case "Bounce":
      return Object.hasOwn(bounceTypes, type) ? bounceTypes[type] : "bounced undetermined";
    case "SpamComplaint":
      return "complained";
    case "SubscriptionChange": {
      // False: the address was taken off the list.
      if (at(event, "SuppressSending") !== true) return undefined;
      const reason = rawTextAt(event, "SuppressionReason");
      return reason === "HardBounce"
        ? "bounced hard"
        : reason === "SpamComplaint"
          ? "complained"
          : "unsubscribed";
    }
    default:
      return undefined;
  }
}

/** Of a change that belongs to no message. */
const noMessage = /^0{8}-0{4}-0{4}-0{4}-0{12}$/;

/**
 * Events of Postmark's webhooks. The message stream that was unsubscribed from is the event's stream.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 * @see https://postmarkapp.com/developer/webhooks/webhooks-overview
 */
export function postmarkReceiver(options: PostmarkReceiverOptions): FeedbackReceiver {
  const { auth: logins, provider = "POSTMARK" } = option.check(
    "postmarkReceiver",
    option.record({ ...commonFields, ...postmarkFields }),
    options,
  );

  return receiver("postmark", ({ headers, body }) => {
    checkLogin(headers, logins);
    const event = parsedObject(body);
    const record = textAt(event, "RecordType");
    if (record === undefined) throw new Refused(400, "the body has no RecordType");
    const meaning = meaningOf(event);
    const recipient = mailbox(textAt(event, "Email") ?? textAt(event, "Recipient"));
    if (meaning !== undefined && recipient === undefined)
      throw new Refused(400, "the event names no recipient");
    const id = textAt(event, "ID");
    const messageId = textAt(event, "MessageID");
    const when =
      rawTextAt(event, "DeliveredAt") ?? rawTextAt(event, "BouncedAt") ?? rawTextAt(event, "ChangedAt");
    const isChange = record === "SubscriptionChange";
    return {
      events: [
        feedbackEvent(provider, "postmark", {
          meaning,
          recipient,
          eventId: id !== undefined && id !== "0" ? id : hashed(record, messageId, recipient, when, meaning),
          message: textAt(event, "Metadata", messageIdTag),
          providerMessageId: messageId === undefined || noMessage.test(messageId) ? undefined : messageId,
          words:
            rawTextAt(event, "Details") ||
            rawTextAt(event, "Description") ||
            rawTextAt(event, "SuppressionReason"),
          stream: isChange && meaning === "unsubscribed" ? textAt(event, "MessageStream") : undefined,
          at: isoMs(when),
        }),
      ],
    };
  });
}
