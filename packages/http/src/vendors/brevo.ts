import { type Address, option } from "@relais/core/spi";
import { retryAfterHeader, rows } from "@relais/http-client";
import { type AddressedMessage, addressed, inField } from "../api/addressed-message.ts";
import { textAt } from "../api/api.ts";
import * as mail from "../api/content.ts";
import { type ErrorRow, fromMemory } from "../api/errors.ts";
import { type CommonOptions, key } from "../api/options.ts";
import { type VendorProvider, vendor } from "../provider/vendor.ts";
import { accountErrors, invalidRecipient } from "./account-errors.ts";

const fields = {
  /** `xkeysib-…`: an API key, not an SMTP key. */
  apiKey: option.required(key),
};

export interface BrevoOptions
  extends CommonOptions,
    option.RequiredOptions<typeof fields>,
    option.OptionalOptions<typeof fields> {}

/** Brevo refuses a longer one: "You can have max 70 character in to name". */
const maxNameCharacters = 70;

function short(name: string): string {
  const characters = [...name];
  return characters.length <= maxNameCharacters
    ? name
    : `${characters.slice(0, maxNameCharacters - 1).join("")}…`;
}

const mailbox = ({ address, name }: Address) => ({ email: address, name: name && short(name) });

/** What comes back with Brevo's events, in its own form. */
function custom(individual: readonly (readonly [string, string])[]): Record<string, string> {
  return individual.length === 0
    ? {}
    : { "X-Mailin-custom": individual.map(([name, value]) => `${name}:${value}`).join("|") };
}

function body({ message, to, cc, bcc, key }: AddressedMessage): unknown {
  const { replyTo } = message;
  const { text, html } = mail.bodies(message);
  const files = mail.encoded(message);
  const { shared, individual } = mail.tagsApart(message.tags);
  const [reply] = replyTo;
  return {
    sender: mailbox(message.from),
    to: to.map(mailbox),
    cc: mail.mapNonEmpty(cc, mailbox),
    bcc: mail.mapNonEmpty(bcc, mailbox),
    replyTo: reply && mailbox(reply),
    subject: mail.subjectOf(message),
    htmlContent: html,
    textContent: text,
    headers: { ...custom(individual), ...mail.headerRecord(mail.extraHeaders(message)), idempotencyKey: key },
    attachment: mail.mapNonEmpty(files, ({ filename, content }) => ({ name: filename, content })),
    tags: shared.length === 0 ? undefined : shared,
  };
}

/** What the API has no field for: another provider may take it. */
function refuse({ message }: AddressedMessage): string | undefined {
  if (message.replyTo.length > 1) return "Brevo takes one Reply-To address only";
  if (message.attachments.some(({ cid }) => cid !== undefined)) return "Brevo takes no inline attachments";
  return undefined;
}

const field = /\bin (to|cc|bcc)\b/i;

/** https://developers.brevo.com/reference/send-transac-email: supported file extensions of `attachment`. */
const allowedExtensions = (
  "xlsx xls xlsm ods docx docm doc csv pdf txt gif jpg jpeg png tif tiff rtf bmp cgm css shtml html htm zip xml ppt " +
  "pptx tar ez ics mobi msg pub eps odt mp3 m4a m4v wma ogg flac wav aif aifc aiff mp4 mov avi mkv mpeg mpg wmv pkpass"
).split(" ");

const model = "https://github.com/sendinblue/APIv3-nodejs-library/blob/master/docs/ErrorModel.md";
const limits = "https://developers.brevo.com/docs/limit-headers";
const invalidTo = "https://github.com/getbrevo/brevo-node/issues/40";

const ours = { ...rows.misconfigured, source: model } as const;
const message = { ...rows.messageRefused, source: model } as const;
const aField = /^(?:invalid|missing|duplicate)_parameter$|^out_of_range$/i;

/**
 * Errors of Brevo by `code`. Its codes are on its page; which status goes with which is not, so most
 * rows have none.
 */
const errors: readonly ErrorRow[] = [
  { code: "unauthorized", ...ours, meaning: "API key not accepted" },
  { code: "permission_denied", ...ours, meaning: "the account may not" },
  { code: /^reseller_permission/, ...ours, meaning: "the account may not" },
  {
    code: "account_under_validation",
    ...ours,
    meaning: "the account is being looked at",
    source: fromMemory,
  },
  { code: "not_enough_credits", ...ours, meaning: "no credits left" },
  { code: "method_not_allowed", ...ours, meaning: "no such endpoint" },
  {
    code: "duplicate_request",
    ...rows.unknown,
    meaning: "a message was handed over under this id before",
    source: fromMemory,
  },
  { status: 400, code: aField, says: /\bsender\b|\breply-?to\b/i, ...rows.senderRefused, source: model },
  {
    status: 400,
    code: aField,
    says: /\b(?:not valid|invalid|not a valid|missing|required|blank|empty)\b.{0,60}\bin (?:to|cc|bcc)\b|<address>.{0,40}\b(?:invalid|not (?:a )?valid)\b|\b(?:invalid|not (?:a )?valid)\b.{0,30}<address>/i,
    ...invalidRecipient,
    source: invalidTo,
  },
  ...accountErrors(model),
  { status: [400, 499], code: aField, ...message, meaning: "a field is missing or invalid" },
  { status: 404, code: "document_not_found", ...ours, meaning: "no such endpoint" },
  {
    status: [400, 499],
    code: "not_acceptable",
    ...message,
    meaning: "the message was not taken",
    source: fromMemory,
  },
  {
    status: 429,
    ...rows.throttled,
    retryAfter: [{ header: "x-sib-ratelimit-reset", unit: "seconds" }, retryAfterHeader],
    source: limits,
  },
];

/**
 * A provider for Brevo. At most 99 recipients and 20 MB a message, one Reply-To address, no inline attachments. The
 * message's id is the idempotency key, which Brevo remembers for 15 minutes; it sets the Message-ID header itself.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export const brevo: VendorProvider<BrevoOptions> = vendor<BrevoOptions>({
  name: "Brevo",
  fields,
  errors,
  /** https://developers.brevo.com/reference/sendtransacemail */
  api: ({ apiKey }) => ({
    endpoint: "https://api.brevo.com",
    path: "/v3/smtp/email",
    headers: { "api-key": apiKey },
    secrets: [apiKey],
    body: (outgoing) => ({ json: body(outgoing) }),
    accepted: ({ json }) => ({ messageId: textAt(json, "messageId") ?? textAt(json, "messageIds", 0) }),
    complaint: ({ json }, outgoing) => {
      const text = textAt(json, "message");
      return {
        code: textAt(json, "code"),
        text,
        about: addressed(outgoing, text),
        among: inField(outgoing, field, text),
      };
    },
    // https://help.brevo.com/hc/en-us/articles/4402811730962
    limits: {
      maxRecipients: 99,
      maxBodyBytes: 20 * 1024 * 1024,
      attachmentEncoding: "base64",
      // Not among what its pages offer.
      smtpUtf8: false,
      allowedExtensions,
      refuse,
    },
    check: { path: "/v3/account" },
  }),
});
