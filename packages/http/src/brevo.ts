import type { Address, Provider } from "@relais/core/spi";
import { textAt } from "./answer.ts";
import { attached, base64 } from "./attached.ts";
import { addressed, inField } from "./blame.ts";
import { bodies, subjectOf } from "./bodies.ts";
import { brevoErrors } from "./brevo-errors.ts";
import { checkKey, checkOptions, commonChecks } from "./check-options.ts";
import { extraHeaders, headerRecord } from "./extra-headers.ts";
import { http } from "./http.ts";
import type { HttpApi } from "./http-api.ts";
import type { CommonOptions } from "./http-options.ts";
import type { Letter } from "./letter.ts";
import { tagsApart } from "./tag-names.ts";

export interface BrevoOptions extends CommonOptions {
  /** `xkeysib-…`: an API key, not an SMTP key. */
  readonly apiKey: string;
}

/** Brevo refuses a longer one: "You can have max 70 character in to name". */
const maxNameCharacters = 70;

function short(name: string): string {
  const characters = [...name];
  return characters.length <= maxNameCharacters
    ? name
    : `${characters.slice(0, maxNameCharacters - 1).join("")}…`;
}

const mailbox = ({ address, name }: Address): { email: string; name?: string } => ({
  email: address,
  ...(name === undefined ? {} : { name: short(name) }),
});

/** What comes back with Brevo's events, in its own form. */
function custom(own: readonly (readonly [string, string])[]): Record<string, string> {
  return own.length === 0
    ? {}
    : { "X-Mailin-custom": own.map(([name, value]) => `${name}:${value}`).join("|") };
}

function body({ message, to, cc, bcc, key }: Letter): unknown {
  const { replyTo } = message;
  const { text, html } = bodies(message);
  const files = attached(message);
  const { shared, own } = tagsApart(message.tags);
  const [reply] = replyTo;
  return {
    sender: mailbox(message.from),
    to: to.map(mailbox),
    ...(cc.length === 0 ? {} : { cc: cc.map(mailbox) }),
    ...(bcc.length === 0 ? {} : { bcc: bcc.map(mailbox) }),
    ...(reply === undefined ? {} : { replyTo: mailbox(reply) }),
    subject: subjectOf(message),
    ...(html === undefined ? {} : { htmlContent: html }),
    ...(text === undefined ? {} : { textContent: text }),
    headers: { ...custom(own), ...headerRecord(extraHeaders(message)), idempotencyKey: key },
    ...(files.length === 0
      ? {}
      : {
          attachment: files.map(({ filename, content }) => ({ name: filename, content: base64(content) })),
        }),
    ...(shared.length === 0 ? {} : { tags: shared }),
  };
}

/** What the API has no field for: another provider may take it. */
function refuse({ message }: Letter): string | undefined {
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

/** Brevo's API, described. @see https://developers.brevo.com/reference/sendtransacemail */
function brevoApi(apiKey: string): HttpApi {
  return {
    name: "Brevo",
    endpoint: "https://api.brevo.com",
    path: "/v3/smtp/email",
    headers: { "api-key": apiKey },
    secrets: [apiKey],
    body: (letter) => ({ json: body(letter) }),
    accepted: ({ json }) => {
      const messageId = textAt(json, "messageId") ?? textAt(json, "messageIds", 0);
      return messageId === undefined ? undefined : { messageId };
    },
    complaint: ({ json }, letter) => {
      const text = textAt(json, "message");
      return {
        code: textAt(json, "code"),
        text,
        about: addressed(letter, text),
        among: inField(letter, field, text),
      };
    },
    errors: brevoErrors,
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
  };
}

/**
 * A provider for Brevo. At most 99 recipients and 20 MB a message, one Reply-To address, no inline attachments. The
 * message's id is the idempotency key, which Brevo remembers for 15 minutes; it sets the Message-ID header itself.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function brevo(options: BrevoOptions): Provider {
  checkOptions("brevo", options, { ...commonChecks, apiKey: checkKey }, ["apiKey"]);
  const { apiKey, ...common } = options;
  return http({ ...common, api: brevoApi(apiKey) });
}
