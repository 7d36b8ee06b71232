import type { Address, Provider } from "@relais/core/spi";
import { textAt } from "./answer.ts";
import { attached, base64 } from "./attached.ts";
import { brevoErrors } from "./brevo-errors.ts";
import { checkKey, checkOptions, commonChecks } from "./check-options.ts";
import { extraHeaders } from "./extra-headers.ts";
import { http } from "./http.ts";
import type { HttpApi } from "./http-api.ts";
import type { CommonOptions } from "./http-options.ts";
import type { Letter } from "./letter.ts";

export interface BrevoOptions extends CommonOptions {
  /** `xkeysib-…`: an API key, not an SMTP key. */
  readonly apiKey: string;
}

const mailbox = ({ address, name }: Address): { email: string; name?: string } => ({
  email: address,
  ...(name === undefined ? {} : { name }),
});

function body({ message, to, cc, bcc, key }: Letter): unknown {
  const { subject, html, text, replyTo, attachments, tags } = message;
  const [reply] = replyTo;
  return {
    sender: mailbox(message.from),
    to: to.map(mailbox),
    ...(cc.length === 0 ? {} : { cc: cc.map(mailbox) }),
    ...(bcc.length === 0 ? {} : { bcc: bcc.map(mailbox) }),
    ...(reply === undefined ? {} : { replyTo: mailbox(reply) }),
    subject,
    ...(html === undefined ? {} : { htmlContent: html }),
    ...(text === undefined ? {} : { textContent: text }),
    headers: { ...extraHeaders(message), idempotencyKey: key },
    ...(attachments.length === 0
      ? {}
      : {
          attachment: attached(attachments).map(({ filename, content }) => ({
            name: filename,
            content: base64(content),
          })),
        }),
    ...(Object.keys(tags).length === 0
      ? {}
      : { tags: Object.entries(tags).map(([name, value]) => `${name}:${value}`) }),
  };
}

/** What the API has no field for: another provider may take it. */
function refuse({ message }: Letter): string | undefined {
  if (message.replyTo.length > 1) return "Brevo takes one Reply-To address only";
  if (message.attachments.some(({ cid }) => cid !== undefined)) return "Brevo takes no inline attachments";
  return undefined;
}

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
    complaint: ({ json }) => ({ code: textAt(json, "code"), text: textAt(json, "message") }),
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
