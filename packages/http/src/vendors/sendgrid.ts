import { type Address, option } from "@relais/core/spi";
import { retryAfterHeader, rows } from "@relais/http-client";
import type { AddressedMessage } from "../api/addressed-message.ts";
import { type Answer, type ApiError, type HttpCheck, textAt } from "../api/api.ts";
import * as mail from "../api/content.ts";
import { type ErrorRow, fromMemory } from "../api/errors.ts";
import { type CommonOptions, key } from "../api/options.ts";
import { type VendorProvider, vendor } from "../provider/vendor.ts";
import { accountErrors, invalidRecipient } from "./account-errors.ts";

const fields = {
  /** `SG.…`, with the scope `mail.send`. */
  apiKey: option.required(key),
};

export interface SendgridOptions
  extends CommonOptions,
    option.RequiredOptions<typeof fields>,
    option.OptionalOptions<typeof fields> {}

interface Mailbox {
  readonly email: string;
  readonly name: string | undefined;
}

const mailbox = ({ address, name }: Address): Mailbox => ({ email: address, name });

/** Names of recipients may hold neither commas nor semicolons. */
const recipient = ({ address, name }: Address): Mailbox =>
  mailbox(name === undefined ? { address } : { address, name: name.replace(/[,;]/g, " ") });

/** Types have no parameters here, and names and ids of files no semicolons, commas or line breaks. */
const bareType = (contentType: string): string => contentType.replace(/[;,\s].*$/s, "");
const bareName = (name: string): string => name.replace(/[;,\r\n]/g, " ");

const maxArgumentBytes = 10_000;

/** SendGrid takes 10,000 bytes of them; the rest would cost the message. */
function customArguments(tags: Readonly<Record<string, string>>): Record<string, string> {
  let bytes = 0;
  const fit = Object.entries(tags).filter(([name, value]) => {
    const size = name.length + value.length + 6;
    if (bytes + size > maxArgumentBytes) return false;
    bytes += size;
    return true;
  });
  return Object.fromEntries(fit);
}

function body({ message, to, cc, bcc }: AddressedMessage): unknown {
  const { replyTo, tags } = message;
  const { text, html } = mail.bodies(message);
  const files = mail.encoded(message);
  const texts = [
    // Plain text has to come first.
    ...(text === undefined ? [] : [{ type: "text/plain", value: text }]),
    ...(html === undefined ? [] : [{ type: "text/html", value: html }]),
  ];
  return {
    personalizations: [
      { to: to.map(recipient), cc: mail.mapNonEmpty(cc, recipient), bcc: mail.mapNonEmpty(bcc, recipient) },
    ],
    from: mailbox(message.from),
    reply_to_list: mail.mapNonEmpty(replyTo, mailbox),
    subject: mail.subjectOf(message),
    content: texts,
    headers: mail.headerRecord([...mail.extraHeaders(message), ["Message-ID", message.messageId]]),
    attachments: mail.mapNonEmpty(files, ({ filename, contentType, content, cid }) => ({
      content,
      filename: bareName(filename),
      type: bareType(contentType),
      ...(cid === undefined ? { disposition: "attachment" } : { disposition: "inline", content_id: cid }),
    })),
    ...(Object.keys(tags).length === 0 ? {} : { custom_args: customArguments(tags) }),
  };
}

const recipientField = /^personalizations\.\d{1,4}\.(to|cc|bcc)\.(\d{1,4})\.email$/;

/** SendGrid says which recipient by its place, not by its address; our own request knows who stood there. */
function complaint({ json }: Answer, outgoing?: AddressedMessage): ApiError {
  const list = (json as { errors?: unknown } | null | undefined)?.errors;
  const errors = (Array.isArray(list) ? list.slice(0, 1_000) : []).map((one: unknown) => {
    const code = textAt(one, "field");
    const [, field, place] = recipientField.exec(code?.slice(0, 100) ?? "") ?? [];
    return { code, text: textAt(one, "message"), field, place: Number(place) };
  });
  // What is not about a recipient would meet the others as well.
  const { code, text } = errors.find(({ field }) => field === undefined) ?? errors[0] ?? {};
  const about = errors.flatMap(({ field, place }) => {
    const address = outgoing?.[field as "to" | "cc" | "bcc"]?.[place]?.address;
    return address === undefined ? [] : [address];
  });
  return { code, text, about };
}

const check: HttpCheck = {
  path: "/v3/scopes",
  interpret: ({ status, json }) => {
    const scopes = (json as { scopes?: unknown } | null | undefined)?.scopes;
    if (status !== 200 || !Array.isArray(scopes) || scopes.includes("mail.send")) return undefined;
    return { wrong: "the key has no scope mail.send" };
  },
};

const sendErrors = "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors";
const statuses = "https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors";
const limits =
  "https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits";
const of4xx =
  "https://support.sendgrid.com/hc/en-us/articles/18322114821403-4XX-API-Errors-and-Troubleshooting-Suggestions";

const ours = { ...rows.misconfigured, source: statuses } as const;
const sender = { ...rows.senderRefused } as const;
const message = { ...rows.messageRefused } as const;

/** SendGrid has no codes: the `field` of an error stands for one. */
const errors: readonly ErrorRow[] = [
  {
    status: 400,
    code: /^personalizations\.\d{1,4}\.(?:to|cc|bcc)\.\d{1,4}\.email$/,
    ...invalidRecipient,
    source: sendErrors,
  },
  { status: 400, code: /^from(?:\.|$)/, ...sender, source: sendErrors },
  { status: 403, code: /^from(?:\.|$)/, ...sender, meaning: "sender not verified", source: fromMemory },
  // Of a day or of a month: its page does not say which.
  {
    status: [400, 499],
    says: /\bcredits? exceeded\b/i,
    ...rows.throttled,
    meaning: "nothing left of the plan until it is renewed",
    atLeastMs: 60 * 60_000,
    source: of4xx,
  },
  ...accountErrors(of4xx),
  { status: 400, ...message, source: statuses },
  { status: 401, ...ours, meaning: "API key not accepted" },
  { status: 403, ...ours, meaning: "blocked, or API key may not send" },
  { status: 406, ...ours, meaning: "Accept header missing" },
  {
    status: 413,
    ...message,
    meaning: "message too large",
    source: "https://rapidapi.com/sendgrid/api/SendGrid/details",
  },
  {
    status: 429,
    ...rows.throttled,
    retryAfter: [retryAfterHeader, { header: "x-ratelimit-reset", unit: "epoch seconds" }],
    source: limits,
  },
  { status: 451, ...message, meaning: "not available for reasons of data residency", source: statuses },
  {
    status: 500,
    ...rows.unknown,
    meaning: "an error at SendGrid that does not say whether the message was taken",
    source: statuses,
  },
];

/**
 * A provider for SendGrid. At most 1000 recipients and 30 MB a message; accounts in the EU set `endpoint` to
 * `https://api.eu.sendgrid.com`. There is no idempotency key.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export const sendgrid: VendorProvider<SendgridOptions> = vendor<SendgridOptions>({
  name: "SendGrid",
  fields,
  errors,
  /** https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
  api: ({ apiKey }) => ({
    endpoint: "https://api.sendgrid.com",
    path: "/v3/mail/send",
    headers: { authorization: `Bearer ${apiKey}` },
    secrets: [apiKey],
    body: (outgoing) => ({ json: body(outgoing) }),
    accepted: ({ status, headers }) => (status === 202 ? { messageId: headers["x-message-id"] } : undefined),
    complaint,
    // https://docs.sendgrid.com/api-reference/mail-send/limitations
    limits: {
      maxRecipients: 1_000,
      maxBodyBytes: 30 * 1024 * 1024,
      attachmentEncoding: "base64",
      // "Unicode encoding is not supported" in From; to such a recipient it answers 202 and drops the mail as invalid
      // (https://github.com/sendgrid/sendgrid-csharp/issues/656).
      smtpUtf8: false,
    },
    check,
  }),
});
