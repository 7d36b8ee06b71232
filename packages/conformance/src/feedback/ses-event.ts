import { bytesOf, iso, type VendorEvent } from "./sender.ts";

/** Either format of SES: notifications of an identity, or event publishing of a configuration set. */
export type SesFormat = "notificationType" | "eventType";

const bounceTypes = { hard: "Permanent", soft: "Transient", undetermined: "Undetermined" } as const;

function details({
  type,
  bounce = "undetermined",
  recipient,
  at,
}: VendorEvent): readonly [kind: string, part: object] {
  const timestamp = iso(at);
  const details = {
    emailAddress: recipient,
    action: "failed",
    status: "5.1.1",
    diagnosticCode: "smtp; 550 5.1.1 user unknown",
  };
  const bounced = (bounceType: string, bounceSubType: string) =>
    [
      "Bounce",
      { bounce: { bounceType, bounceSubType, bouncedRecipients: [details], timestamp, feedbackId: "f-1" } },
    ] as const;
  switch (type) {
    case "delivered":
      return [
        "Delivery",
        {
          delivery: {
            timestamp,
            recipients: [recipient],
            smtpResponse: "250 2.6.0 Message received",
            processingTimeMillis: 546,
          },
        },
      ];
    case "deferred":
      return [
        "DeliveryDelay",
        {
          deliveryDelay: {
            timestamp,
            delayType: "TransientCommunicationFailure",
            delayedRecipients: [{ ...details, status: "4.4.1" }],
          },
        },
      ];
    case "bounced":
      return bounced(bounceTypes[bounce], "General");
    case "blocked":
      return bounced("Permanent", "OnAccountSuppressionList");
    case "complained":
      return [
        "Complaint",
        {
          complaint: {
            timestamp,
            complaintFeedbackType: "abuse",
            complainedRecipients: [{ emailAddress: recipient }],
          },
        },
      ];
    case "unsubscribed":
      return [
        "Subscription",
        {
          subscription: {
            timestamp,
            contactList: "news",
            source: "UnsubscribeHeader",
            newTopicPreferences: { unsubscribeAll: true },
          },
        },
      ];
    case "failed":
      return ["Reject", { reject: { reason: "Bad content" } }];
  }
}

/** What SES publishes of an event: JSON. */
export function sesEvent(event: VendorEvent, format: SesFormat = "eventType"): string {
  const { recipient, message, providerMessageId, at } = event;
  const [kind, part] = details(event);
  const isPublishing = format === "eventType";
  const headers = message === undefined ? [] : [{ name: "X-Relais-ID", value: message }];
  const mail = {
    // Of a rejection, this is the only time.
    timestamp: iso(at),
    source: "Shop <shop@example.org>",
    messageId: providerMessageId,
    // Only `bouncedRecipients` and the like count: these are all that the mail was for.
    destination:
      kind === "Reject" || kind === "Subscription" ? [recipient] : [recipient, "bystander@example.net"],
    headers: isPublishing ? [] : [{ name: "From", value: "shop@example.org" }, ...headers],
    ...(isPublishing && {
      tags: { "ses:configuration-set": ["all"], ...(message !== undefined && { relais_id: [message] }) },
    }),
  };
  return Buffer.from(bytesOf({ [format]: kind, ...part, mail })).toString();
}
