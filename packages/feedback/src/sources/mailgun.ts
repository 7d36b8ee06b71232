import { createHash, createHmac } from "node:crypto";
import { messageIdTag, option } from "@relais/core/spi";
import {
  type CommonOptions,
  checkTime,
  commonFields,
  isSame,
  key,
  oneOrMore,
  toleranceMs,
} from "../receiver/authentic.ts";
import { feedbackEvent, type Meaning, mailbox } from "../receiver/event.ts";
import { at, isObject, type Json, parsedObject, rawTextAt, textAt } from "../receiver/json.ts";
import { type FeedbackReceiver, header, Refused, receiver } from "../receiver/receiver.ts";

/** Which signatures were used, and for what. Several processes behind one address share one. */
export interface ReplayStore {
  /**
   * Remembers what a signature was used for, if it was not used before.
   * @param key of the signature
   * @param use a hash of what came with it
   * @param until ms since 1970; afterwards it can be forgotten
   * @returns what it was used for first: `use`, if that is now
   */
  claim(key: string, use: string, until: number): string | Promise<string>;
}

export const mailgunFields = {
  /** The HTTP webhook signing key of the account, or several. */
  signingKey: option.required(oneOrMore(key)),
  /** How old a signature may be, ms. Mailgun tries again for eight hours. @defaultValue 12 hours */
  toleranceMs,
  /** Where signatures that were used are remembered. @defaultValue the memory of this process */
  replays: option.object<ReplayStore>(),
};

export interface MailgunReceiverOptions
  extends CommonOptions,
    option.RequiredOptions<typeof mailgunFields>,
    option.OptionalOptions<typeof mailgunFields> {}

const maxRemembered = 100_000;

/** Remembers in this process; the oldest go when there are too many. */
function memoryReplays(): ReplayStore {
  const used = new Map<string, { readonly use: string; readonly until: number }>();
  return {
    claim(name, use, until) {
      const now = Date.now();
      const before = used.get(name);
      if (before !== undefined && before.until > now) return before.use;
      for (const [old, entry] of used) {
        if (entry.until > now && used.size < maxRemembered) break;
        used.delete(old);
      }
      used.set(name, { use, until });
      return use;
    },
  };
}

function meaningOf(event: Json): Meaning {
  const code = Number(at(event, "delivery-status", "code"));
  const reason = rawTextAt(event, "reason") ?? "";
  switch (rawTextAt(event, "event")) {
    case "delivered":
      return "delivered";
    case "failed":
      // Of its own: 605 bounced before, 606 unsubscribed, 607 complained before.
      if ((code >= 605 && code <= 607) || reason.startsWith("suppress-")) return "blocked";
      if (rawTextAt(event, "severity") === "temporary") return "deferred";
      if (reason === "bounce") return "bounced hard";
      return reason === "old" || reason === "espblock" || (code >= 400 && code < 500)
        ? "bounced soft"
        : "bounced undetermined";
    case "rejected":
      return "failed";
    case "complained":
      return "complained";
    case "unsubscribed":
      return "unsubscribed";
    default:
      return undefined;
  }
}

/**
 * Events of Mailgun's webhooks. Mailgun signs a time and a token, not the body: whatever comes again with a signature
 * that was used for something else is refused, so take them over HTTPS only.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 * @see https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 */
export function mailgunReceiver(options: MailgunReceiverOptions): FeedbackReceiver {
  const checked = option.check(
    "mailgunReceiver",
    option.record({ ...commonFields, ...mailgunFields }),
    options,
  );
  const { signingKey: keys, provider = "MAILGUN", toleranceMs: window = 12 * 60 * 60_000 } = checked;
  const replays = checked.replays ?? memoryReplays();

  return receiver("mailgun", async ({ headers, body }) => {
    if (
      /^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(
        header(headers, "content-type") ?? "",
      )
    )
      throw new Refused(400, "this is a legacy webhook of Mailgun: set up one that sends JSON");
    const request = parsedObject(body);
    const time = rawTextAt(request, "signature", "timestamp") ?? "";
    const token = rawTextAt(request, "signature", "token") ?? "";
    const signature = rawTextAt(request, "signature", "signature") ?? "";
    // Of these lengths: nothing can move from the end of the time to the beginning of the token.
    if (!/^\d{10}$/.test(time) || !/^[\w-]{16,128}$/.test(token))
      throw new Refused(401, "the request carries no signature");
    const isSigned = keys
      .map((one) =>
        isSame(
          signature,
          createHmac("sha256", one)
            .update(time + token)
            .digest("hex"),
        ),
      )
      .includes(true);
    if (!isSigned) throw new Refused(401, "the signature of the request is wrong");
    const signedAt = Number(time) * 1_000;
    checkTime(signedAt, window);
    const use = createHash("sha256").update(body).digest("base64url");
    // The same again is Mailgun that got no answer, and has the same event id.
    if ((await replays.claim(token, use, signedAt + window)) !== use)
      throw new Refused(403, "the signature of the request was used before, for something else");

    const event = at(request, "event-data");
    if (!isObject(event)) throw new Refused(400, "the body has no event-data");
    const meaning = meaningOf(event);
    const recipient = mailbox(textAt(event, "recipient") ?? textAt(event, "message", "headers", "to"));
    if (meaning !== undefined && recipient === undefined)
      throw new Refused(400, "the event names no recipient");
    const id = textAt(event, "message", "headers", "message-id");
    const code =
      textAt(event, "delivery-status", "enhanced-code") ?? textAt(event, "delivery-status", "code");
    const seconds = at(event, "timestamp");
    return {
      events: [
        feedbackEvent(provider, "mailgun", {
          meaning,
          recipient,
          eventId: token,
          message: textAt(event, "user-variables", messageIdTag),
          // The API answers with angle brackets, events come without.
          providerMessageId: id === undefined || id.startsWith("<") ? id : `<${id}>`,
          code: code === "0" ? undefined : code,
          words:
            rawTextAt(event, "delivery-status", "message") ||
            rawTextAt(event, "delivery-status", "description") ||
            rawTextAt(event, "reject", "reason"),
          at: typeof seconds === "number" ? seconds * 1_000 : undefined,
        }),
      ],
    };
  });
}
