import { messageIdTag, option } from "@relais/core/spi";
import { auth, type CommonOptions, checkLogin, commonFields } from "../receiver/authentic.ts";
import { feedbackEvent, hashed, type Meaning, mailbox } from "../receiver/event.ts";
import { at, isObject, type Json, parsed, rawTextAt, textAt } from "../receiver/json.ts";
import { type FeedbackReceiver, Refused, receiver } from "../receiver/receiver.ts";

export const brevoFields = {
  /** The token of the webhook, `{ token }`, or its login, `{ user, pass }`; or several. */
  auth: option.required(auth),
};

export interface BrevoReceiverOptions
  extends CommonOptions,
    option.RequiredOptions<typeof brevoFields>,
    option.OptionalOptions<typeof brevoFields> {}

/** https://developers.brevo.com/docs/transactional-webhooks; marketing events write two of them differently. */
const meanings: Readonly<Record<string, Meaning>> = {
  delivered: "delivered",
  deferred: "deferred",
  soft_bounce: "bounced soft",
  hard_bounce: "bounced hard",
  invalid_email: "bounced hard",
  blocked: "blocked",
  spam: "complained",
  complaint: "complained",
  unsubscribe: "unsubscribed",
  unsubscribed: "unsubscribed",
  error: "failed",
};

/** The id of our message, as the provider gives it: `relais_id:…|other:…`. */
function messageOf(event: Json): string | undefined {
  const pairs = textAt(event, "X-Mailin-custom")?.split("|") ?? [];
  return pairs.find((pair) => pair.startsWith(`${messageIdTag}:`))?.slice(messageIdTag.length + 1);
}

/** ms since 1970: `ts_epoch` alone is UTC whatever the account's time zone. It has been seen in seconds. */
function msOf(event: Json): number | undefined {
  const epoch = at(event, "ts_epoch");
  return typeof epoch !== "number" ? undefined : epoch < 1e11 ? epoch * 1_000 : epoch;
}

/**
 * Events of Brevo's webhooks.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function brevoReceiver(options: BrevoReceiverOptions): FeedbackReceiver {
  const { auth: logins, provider = "BREVO" } = option.check(
    "brevoReceiver",
    option.record({ ...commonFields, ...brevoFields }),
    options,
  );

  return receiver("brevo", ({ headers, body }) => {
    checkLogin(headers, logins);
    const value = parsed(body);
    // Webhooks that are set to batches send lists.
    const list = Array.isArray(value) ? value : [value];
    if (!list.every(isObject)) throw new Refused(400, "the body is not an event");
    let unreadable = 0;
    const events = list.map((one) => {
      const name = rawTextAt(one, "event") ?? "";
      const meaning = Object.hasOwn(meanings, name) ? meanings[name] : undefined;
      const recipient = mailbox(textAt(one, "email"));
      if (meaning !== undefined && recipient === undefined) unreadable += 1;
      const messageId = textAt(one, "message-id");
      const when = at(one, "ts_epoch") ?? at(one, "ts_event") ?? at(one, "ts") ?? at(one, "date");
      return feedbackEvent(provider, "brevo", {
        meaning,
        recipient,
        eventId: hashed(name, messageId, recipient, when),
        message: messageOf(one),
        providerMessageId: messageId,
        words: rawTextAt(one, "reason"),
        at: msOf(one),
      });
    });
    if (unreadable === list.length && unreadable > 0) throw new Refused(400, "the event names no recipient");
    return unreadable === 0 ? { events } : { events, notice: `${unreadable} events name no recipient` };
  });
}
