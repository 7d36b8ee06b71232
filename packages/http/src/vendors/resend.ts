import { type Address, asciiTags, option } from "@relais/core/spi";
import { retryAfterHeader, rows } from "@relais/http-client";
import { type AddressedMessage, inField } from "../api/addressed-message.ts";
import { textAt } from "../api/api.ts";
import * as mail from "../api/content.ts";
import type { ErrorRow } from "../api/errors.ts";
import { type CommonOptions, key } from "../api/options.ts";
import { type VendorProvider, vendor } from "../provider/vendor.ts";
import { accountErrors, invalidRecipient } from "./account-errors.ts";

const fields = {
  /** `re_…`; the right to send is enough. */
  apiKey: option.required(key),
};

export interface ResendOptions
  extends CommonOptions,
    option.RequiredOptions<typeof fields>,
    option.OptionalOptions<typeof fields> {}

/** What could be taken for something else than a name, outside quotes. */
const special = /[()<>[\]:;@\\,"]/;
/** An encoded word has 75 characters at most (RFC 2047, 2), which leaves this many bytes. */
const maxWordBytes = 45;

function encodedWords(name: string): string {
  const words: string[] = [];
  let part = "";
  for (const character of name.toWellFormed()) {
    if (Buffer.byteLength(part + character) > maxWordBytes) {
      words.push(part);
      part = "";
    }
    part += character;
  }
  return [...words, part].map((one) => `=?utf-8?B?${Buffer.from(one).toString("base64")}?=`).join(" ");
}

/**
 * `Ann Lee <ann@example.com>`. Resend has been seen to refuse names in quotes: those that need them are encoded words
 * here, which it takes everywhere but in From.
 * @see https://github.com/anymail/django-anymail/blob/main/anymail/backends/resend.py
 */
function resendAddress({ address, name }: Address): string {
  if (name === undefined) return address;
  return `${special.test(name) ? encodedWords(name) : name} <${address}>`;
}

/** The same for From, where an encoded word is refused as an attack, and a name that needs quotes has them. */
function resendFrom(from: Address): string {
  return from.name !== undefined && special.test(from.name) ? mail.addressText(from) : resendAddress(from);
}

function body({ message, to, cc, bcc }: AddressedMessage): unknown {
  const { replyTo, tags } = message;
  const { text, html } = mail.bodies(message);
  const headers = mail.headerRecord(mail.extraHeaders(message));
  const files = mail.encoded(message);
  return {
    from: resendFrom(message.from),
    to: to.map(resendAddress),
    cc: mail.mapNonEmpty(cc, resendAddress),
    bcc: mail.mapNonEmpty(bcc, resendAddress),
    reply_to: mail.mapNonEmpty(replyTo, resendAddress),
    subject: mail.subjectOf(message),
    html,
    // Absent, Resend would write one of its own from the HTML; an empty one keeps it from that.
    text: text ?? "",
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    attachments: mail.mapNonEmpty(files, ({ filename, contentType, content, cid }) => ({
      filename,
      content,
      content_type: contentType,
      content_id: cid,
    })),
    ...(Object.keys(tags).length === 0
      ? {}
      : { tags: Object.entries(asciiTags(tags)).map(([name, value]) => ({ name, value })) }),
  };
}

// No address is looked for in the words: those in them are examples.
const field = /\binvalid [`'"]?(to|cc|bcc)[`'"]? field\b/i;

/** https://resend.com/docs/knowledge-base/what-attachment-types-are-not-supported */
const refusedExtensions = (
  "adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its js jse ksh lib lnk mad " +
  "maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh msh1 msh2 mshxml msh1xml msh2xml msi msp " +
  "mst ops pcd pif plg prf prg reg scf scr sct shb shs sys ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url vb vbe vbs vps " +
  "vsmacros vss vst vsw vxd ws wsc wsf wsh xnk"
).split(" ");

const source = "https://resend.com/docs/api-reference/errors";
const limits = "https://resend.com/docs/api-reference/rate-limit";
const retryAfter = [retryAfterHeader, { header: "ratelimit-reset", unit: "seconds" }] as const;

const ours = { ...rows.misconfigured, source } as const;
const sender = { ...rows.senderRefused, source } as const;
const message = { ...rows.messageRefused, source } as const;
const unsaid = { ...rows.unknown, source } as const;

/** Errors of Resend by `name`. Its 5xx do not say whether the message was taken: `httpStatuses` has them. */
const errors: readonly ErrorRow[] = [
  { status: 401, code: "missing_api_key", ...ours, meaning: "no API key" },
  { status: 401, code: "restricted_api_key", ...ours, meaning: "API key may not" },
  { status: 403, code: /^(?:invalid|suspended)_api_key$/i, ...ours, meaning: "API key is invalid" },
  {
    status: [400, 422],
    code: "validation_error",
    says: /\binvalid [`'"]?(?:to|cc|bcc)[`'"]? field\b/i,
    ...invalidRecipient,
    source: "https://github.com/resend/resend-python/issues/65",
  },
  // `ratelimit-reset` stands on every answer and is about requests a second.
  {
    status: 429,
    code: /^(?:daily|monthly)_quota_exceeded$/,
    ...rows.throttled,
    meaning: "quota used up",
    retryAfter: [retryAfterHeader],
    atLeastMs: 60 * 60_000,
    source: limits,
  },
  {
    status: 429,
    code: "rate_limit_exceeded",
    ...rows.throttled,
    meaning: "sending too fast",
    retryAfter,
    source: limits,
  },
  // The same name and status stand for a key, a sender and a field: only the words tell.
  ...accountErrors(source),
  { status: 403, code: "validation_error", ...sender, meaning: "sender domain not verified, or test mode" },
  { status: 403, code: "invalid_from_address", ...sender, meaning: "sender not valid" },
  { status: 403, code: "invalid_to_address", ...sender, meaning: "test mode" },
  { status: 404, code: "not_found", ...ours, meaning: "no such endpoint" },
  { status: 405, code: "method_not_allowed", ...ours, meaning: "no such endpoint" },
  {
    status: 409,
    code: "invalid_idempotent_request",
    ...unsaid,
    meaning: "another message was handed over under this id",
  },
  {
    status: 409,
    code: "concurrent_idempotent_requests",
    ...unsaid,
    meaning: "the same message is being handed over right now",
  },
  { status: 400, code: "invalid_idempotency_key", ...message, meaning: "id not accepted" },
  { status: [400, 422], code: "validation_error", ...message, meaning: "a field is invalid" },
  { status: 422, code: "invalid_attachment", ...message, meaning: "attachment not accepted" },
  { status: 422, code: "missing_required_field", ...message, meaning: "a field is missing" },
  { status: 422, code: "invalid_parameter", ...message, meaning: "a field is invalid" },
  { status: 451, code: "security_error", ...message, meaning: "the content was taken for an attack" },
  { status: 429, ...rows.throttled, meaning: "sending too fast", retryAfter, source: limits },
  {
    status: 500,
    code: /^(?:application_error|internal_server_error)$/,
    ...unsaid,
    meaning: "an error at Resend that does not say whether the message was taken",
  },
];

/**
 * A provider for Resend. At most 50 recipients and 40 MB a message; the message's id is the idempotency key, so a
 * second try within 24 hours makes no second copy. Resend sets the Message-ID header itself.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export const resend: VendorProvider<ResendOptions> = vendor<ResendOptions>({
  name: "Resend",
  fields,
  errors,
  /** https://resend.com/docs/api-reference/emails/send-email */
  api: ({ apiKey }) => ({
    endpoint: "https://api.resend.com",
    path: "/emails",
    headers: { authorization: `Bearer ${apiKey}` },
    secrets: [apiKey],
    idempotencyHeader: "Idempotency-Key",
    body: (outgoing) => ({ json: body(outgoing) }),
    accepted: ({ json }) => ({ messageId: textAt(json, "id") }),
    complaint: ({ json }, outgoing) => {
      const text = textAt(json, "message");
      return { code: textAt(json, "name"), text, among: inField(outgoing, field, text) };
    },
    // https://resend.com/docs/api-reference/emails: its 50 are those in To; all are counted here.
    limits: {
      maxRecipients: 50,
      maxBodyBytes: 40 * 1024 * 1024,
      attachmentEncoding: "base64",
      // No page of Resend's says that it has SMTPUTF8, and it sends by SES, which has not.
      smtpUtf8: false,
      refusedExtensions,
    },
    check: {
      path: "/domains",
      interpret: ({ json }) =>
        textAt(json, "name") === "restricted_api_key"
          ? { note: "the key may send, and nothing else" }
          : undefined,
    },
  }),
});
