import { type FeedbackEvent, messageIdHeader, messageIdTag } from "@relais/core/spi";
import { feedbackEvent, hashed, isoMs, type Meaning, mailbox, ownId } from "../receiver/event.ts";
import { at, isObject, type Json, objectsAt, rawTextAt, textAt } from "../receiver/json.ts";
import { type Reading, Refused } from "../receiver/receiver.ts";

/** Subtypes that are SES's own lists speaking: the mail was not sent. */
const ownLists = new Set([
  "Suppressed",
  "OnAccountSuppressionList",
  "OnTenantSuppressionList",
  "UnsubscribedRecipient",
]);

/** What became of some recipients. */
interface Told {
  readonly meaning: Meaning;
  /** Where the details are. */
  readonly part: string;
  /** Objects with `emailAddress`, and `status` and `diagnosticCode` if SES knows them. */
  readonly recipients: readonly Json[];
  readonly words?: string | undefined;
  readonly stream?: string | undefined;
}

function told(kind: string | undefined, event: Json): Told | undefined {
  const everyone = (path: readonly string[]): Json[] => {
    const list = at(event, ...path);
    return Array.isArray(list) ? list.map((emailAddress) => ({ emailAddress })) : [];
  };
  const destination = everyone(["mail", "destination"]);
  const subType =
    rawTextAt(event, "bounce", "bounceSubType") ?? rawTextAt(event, "complaint", "complaintSubType");
  const isOwnList = ownLists.has(subType ?? "");
  switch (kind) {
    case "Bounce": {
      const type = rawTextAt(event, "bounce", "bounceType");
      const severity = type === "Permanent" ? "hard" : type === "Transient" ? "soft" : "undetermined";
      const meaning = isOwnList ? "blocked" : (`bounced ${severity}` as const);
      return {
        meaning,
        part: "bounce",
        recipients: objectsAt(event, "bounce", "bouncedRecipients"),
        words: subType,
      };
    }
    case "Complaint": {
      const type = rawTextAt(event, "complaint", "complaintFeedbackType");
      const meaning = type === "not-spam" ? undefined : isOwnList ? "blocked" : "complained";
      return {
        meaning,
        part: "complaint",
        recipients: objectsAt(event, "complaint", "complainedRecipients"),
        words: type ?? subType,
      };
    }
    case "Delivery": {
      const words = rawTextAt(event, "delivery", "smtpResponse");
      return {
        meaning: "delivered",
        part: "delivery",
        recipients: everyone(["delivery", "recipients"]),
        words,
      };
    }
    case "DeliveryDelay": {
      const words = rawTextAt(event, "deliveryDelay", "delayType");
      return {
        meaning: "deferred",
        part: "deliveryDelay",
        recipients: objectsAt(event, "deliveryDelay", "delayedRecipients"),
        words,
      };
    }
    case "Reject":
      return {
        meaning: "failed",
        part: "reject",
        recipients: destination,
        words: rawTextAt(event, "reject", "reason"),
      };
    case "Rendering Failure": {
      const words = rawTextAt(event, "failure", "errorMessage");
      return { meaning: "failed", part: "failure", recipients: destination, words };
    }
    case "Subscription":
      return at(event, "subscription", "newTopicPreferences", "unsubscribeAll") === true
        ? {
            meaning: "unsubscribed",
            part: "subscription",
            recipients: destination,
            stream: textAt(event, "subscription", "contactList"),
          }
        : undefined;
    default:
      return undefined;
  }
}

/** The id of our message: a tag, or a header where SES was told to pass on headers. */
function messageOf(event: Json): string | undefined {
  const named = objectsAt(event, "mail", "headers").find(
    (one) => rawTextAt(one, "name")?.toLowerCase() === messageIdHeader.toLowerCase(),
  );
  return ownId(textAt(event, "mail", "tags", messageIdTag, 0), textAt(named, "value"));
}

/**
 * The events in what SES publishes, in both of its formats: `notificationType` (notifications of an identity) and
 * `eventType` (event publishing of a configuration set). An event is the same in both, so that both may be on.
 * @see https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 */
export function sesEvents(text: string, provider: string, source: string): Reading {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    // SES says in plain text that it may publish here.
    return { events: [], notice: "a message of the topic is no event of SES" };
  }
  const kind = rawTextAt(event, "eventType") ?? rawTextAt(event, "notificationType");
  if (!isObject(event) || kind === undefined)
    return { events: [], notice: "a message of the topic is no event of SES" };
  const known = told(kind, event);
  if (known === undefined) return { events: [] };

  const { meaning, part, recipients, words, stream } = known;
  const providerMessageId = textAt(event, "mail", "messageId");
  const when = rawTextAt(event, part, "timestamp") ?? rawTextAt(event, "mail", "timestamp");
  const message = messageOf(event);
  // The time of the fact, not that of its publication: in both formats the same.
  const eventId = hashed(providerMessageId, kind, when);
  const events = recipients.map((one): FeedbackEvent | undefined =>
    feedbackEvent(provider, source, {
      meaning,
      recipient: mailbox(textAt(one, "emailAddress")),
      eventId,
      message,
      providerMessageId,
      code: textAt(one, "status"),
      words: rawTextAt(one, "diagnosticCode")?.replace(/^\s*[\w-]+\s*;\s*/, "") ?? words,
      stream,
      at: isoMs(when),
    }),
  );
  if (meaning !== undefined && !events.some((one) => one !== undefined))
    throw new Refused(400, `the ${kind} event names no recipient`);
  return { events };
}
