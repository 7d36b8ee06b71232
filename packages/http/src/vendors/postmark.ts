import { option } from "@relais/core/spi";
import { rows } from "@relais/http-client";
import { type AddressedMessage, addressed, inField } from "../api/addressed-message.ts";
import { type Acceptance, type Answer, type ApiError, textAt } from "../api/api.ts";
import * as mail from "../api/content.ts";
import { type ErrorRow, fromMemory } from "../api/errors.ts";
import { type CommonOptions, key } from "../api/options.ts";
import { type VendorProvider, vendor } from "../provider/vendor.ts";
import { accountErrors, invalidRecipient } from "./account-errors.ts";

const fields = {
  /** The API token of the server (not of the account). */
  serverToken: option.required(key),
  /** The message stream. @defaultValue Postmark's own, `outbound` */
  messageStream: option.id,
};

export interface PostmarkOptions
  extends CommonOptions,
    option.RequiredOptions<typeof fields>,
    option.OptionalOptions<typeof fields> {}

const maxTextBytes = 5 * 1024 * 1024;

/** Postmark takes 10 of them, names up to 20 and values up to 80 characters; the rest would cost the message. */
function metadata(tags: Readonly<Record<string, string>>): Record<string, string> {
  const fit = Object.entries(tags).filter(([name, value]) => name.length <= 20 && value.length <= 80);
  return Object.fromEntries(fit.slice(0, 10));
}

function body({ message, to, cc, bcc }: AddressedMessage, stream: string | undefined): unknown {
  const { subject, replyTo, tags } = message;
  const { text, html } = mail.bodies(message);
  const files = mail.encoded(message);
  const headers = [
    ...mail.extraHeaders(message),
    ["Message-ID", message.messageId],
    // Without it Postmark replaces the Message-ID.
    ["X-PM-KeepID", "true"],
  ];
  return {
    From: mail.addressText(message.from),
    To: mail.addressList(to),
    Cc: mail.addressList(cc) || undefined,
    Bcc: mail.addressList(bcc) || undefined,
    ReplyTo: mail.addressList(replyTo) || undefined,
    Subject: subject,
    HtmlBody: html,
    TextBody: text,
    Headers: headers.map(([Name, Value]) => ({ Name, Value })),
    Attachments: mail.mapNonEmpty(files, ({ filename, contentType, content, cid }) => ({
      Name: filename,
      Content: content,
      ContentType: contentType,
      ContentID: cid && `cid:${cid}`,
    })),
    ...(Object.keys(tags).length === 0 ? {} : { Metadata: metadata(tags) }),
    MessageStream: stream,
  };
}

/** Fifty addresses of 254 characters, and what stands between them. */
const maxListCharacters = 16_384;

/** Postmark names them in its prose only; its own libraries read them out of it the same way. */
function inactive(text = ""): string[] {
  const marker = "inactive addresses: ";
  const at = text.indexOf(marker);
  if (at < 0) return [];
  const from = at + marker.length;
  const [list = ""] = text.slice(from, from + maxListCharacters).split(/\s{1,4}Inactive\b/, 1);
  return list.split(",").map((one) => one.trim().replace(/\.$/, ""));
}

const field = /^(?:Invalid|Error parsing) '(To|Cc|Bcc)'/i;

function complaint({ json }: Answer, outgoing?: AddressedMessage): ApiError {
  const text = textAt(json, "Message");
  const code = textAt(json, "ErrorCode");
  if (code !== "300") return { code, text, about: inactive(text) };
  return { code, text, about: addressed(outgoing, text), among: inField(outgoing, field, text) };
}

function accepted({ json }: Answer): Acceptance | undefined {
  const messageId = textAt(json, "MessageID");
  if (messageId === undefined || textAt(json, "ErrorCode") !== "0") return undefined;
  const left = inactive(textAt(json, "Message"));
  return { messageId, rejected: left.map((address) => ({ address, code: "406" })) };
}

const bytesOf = (text: string | undefined): number => Buffer.byteLength(text ?? "");

/** https://postmarkapp.com/developer/user-guide/send-email-with-api: "forbidden file types". */
const refusedExtensions = (
  "vbs exe bin bat chm com cpl crt hlp hta inf ins isp jse lnk mdb pcd pif reg scr sct shs vbe vba wsf wsh wsl msc msi " +
  "msp mst"
).split(" ");

const statuses = "https://postmarkapp.com/developer/api/overview#http-response-codes";
const codes = "https://postmarkapp.com/developer/api/overview#error-codes";
const what422 = "https://postmarkapp.com/support/article/troubleshooting-422-unprocessable-entity-errors";

const ours = { ...rows.misconfigured, source: codes } as const;
const sender = { ...rows.senderRefused, source: codes } as const;
const message = { ...rows.messageRefused, source: codes } as const;

/** Errors of Postmark by `ErrorCode`. A 500 means, by its page, that the message is lost "in most cases": `unknown`. */
const errors: readonly ErrorRow[] = [
  { code: "10", ...ours, meaning: "bad or missing API token" },
  {
    status: [500, 599],
    code: "100",
    ...rows.passing,
    meaning: "Postmark is down for maintenance",
    source: codes,
  },
  {
    status: 422,
    code: "300",
    says: /^(?:Invalid|Error parsing) '(?:To|Cc|Bcc)'/i,
    ...invalidRecipient,
    source: "https://github.com/ActiveCampaign/postmark-gem/issues/87",
  },
  {
    status: 422,
    code: "300",
    says: /^(?:Invalid|Error parsing) '(?:From|Sender)'/i,
    ...sender,
    meaning: "sender not accepted",
    source: what422,
  },
  { status: 422, code: "400", ...sender, meaning: "sender signature not found" },
  { status: 422, code: "401", ...sender, meaning: "sender signature not confirmed" },
  { status: 422, code: "402", ...message, meaning: "invalid JSON" },
  { status: 422, code: "403", ...message, meaning: "incompatible JSON" },
  { status: 422, code: "405", ...ours, meaning: "not allowed to send" },
  {
    status: [200, 422],
    code: "406",
    kind: "rejected",
    about: "recipient",
    meaning: "recipient inactive: it bounced, complained or was suppressed",
    source: codes,
  },
  { status: 422, code: "409", ...ours, meaning: "JSON required" },
  { status: 422, code: "410", ...message, meaning: "too many messages" },
  { status: 422, code: "411", ...message, meaning: "forbidden attachment type" },
  { status: 422, code: "412", ...ours, meaning: "account is pending" },
  { status: 422, code: "413", ...ours, meaning: "account may not send" },
  { code: "429", ...rows.throttled, source: codes },
  { status: 422, code: "1235", ...ours, meaning: "no such message stream", source: fromMemory },
  ...accountErrors("https://postmarkapp.com/support/article/936-what-happens-when-credits-run-out"),
  { status: 422, code: "300", ...message, meaning: "an invalid field in the message", source: what422 },
  { status: 401, ...ours, meaning: "bad or missing API token", source: statuses },
  { status: 404, ...ours, meaning: "no such endpoint", source: statuses },
  { status: 413, ...message, meaning: "message too large", source: statuses },
  { status: 422, ...message, meaning: "the message was not taken", source: statuses },
  {
    status: 500,
    ...rows.unknown,
    meaning: "an error at Postmark: the message is lost, in most cases",
    source: statuses,
  },
];

/**
 * A provider for Postmark. At most 50 recipients and 10 MB a message. Recipients that Postmark has marked as inactive
 * are `rejected`, the others get the message. There is no idempotency key.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export const postmark: VendorProvider<PostmarkOptions> = vendor<PostmarkOptions>({
  name: "Postmark",
  fields,
  errors,
  /** https://postmarkapp.com/developer/api/email-api */
  api: ({ serverToken, messageStream }) => ({
    endpoint: "https://api.postmarkapp.com",
    path: "/email",
    headers: { "x-postmark-server-token": serverToken },
    secrets: [serverToken],
    body: (outgoing) => ({ json: body(outgoing, messageStream) }),
    accepted,
    complaint,
    // https://postmarkapp.com/support/article/1056-what-are-the-attachment-and-email-size-limits, and 1180 for the 50
    limits: {
      maxRecipients: 50,
      // Counted "after it has been base64 encoded".
      maxBodyBytes: 10 * 1024 * 1024,
      attachmentEncoding: "base64",
      // Not among what its pages offer.
      smtpUtf8: false,
      refusedExtensions,
      refuse: ({ message: { text, html } }) =>
        Math.max(bytesOf(text), bytesOf(html)) > maxTextBytes
          ? `text or html has more than ${maxTextBytes} bytes`
          : undefined,
    },
    check: { path: "/server" },
  }),
});
