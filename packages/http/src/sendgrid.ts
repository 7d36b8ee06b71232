import type { Address, Provider } from "@relais/core/spi";
import { type Answer, textAt } from "./answer.ts";
import { attached, base64 } from "./attached.ts";
import { bodies, subjectOf } from "./bodies.ts";
import { checkKey, checkOptions, commonChecks } from "./check-options.ts";
import { extraHeaders, headerRecord } from "./extra-headers.ts";
import { http } from "./http.ts";
import type { Complaint, HttpApi, HttpCheck } from "./http-api.ts";
import type { CommonOptions } from "./http-options.ts";
import type { Letter } from "./letter.ts";
import { sendgridErrors } from "./sendgrid-errors.ts";

export interface SendgridOptions extends CommonOptions {
  /** `SG.…`, with the scope `mail.send`. */
  readonly apiKey: string;
}

interface Mailbox {
  readonly email: string;
  readonly name?: string;
}

const mailbox = ({ address, name }: Address): Mailbox => ({
  email: address,
  ...(name === undefined ? {} : { name }),
});

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
    const own = name.length + value.length + 6;
    if (bytes + own > maxArgumentBytes) return false;
    bytes += own;
    return true;
  });
  return Object.fromEntries(fit);
}

function body({ message, to, cc, bcc }: Letter): unknown {
  const { replyTo, tags } = message;
  const { text, html } = bodies(message);
  const files = attached(message);
  const texts = [
    // Plain text has to come first.
    ...(text === undefined ? [] : [{ type: "text/plain", value: text }]),
    ...(html === undefined ? [] : [{ type: "text/html", value: html }]),
  ];
  return {
    personalizations: [
      {
        to: to.map(recipient),
        ...(cc.length === 0 ? {} : { cc: cc.map(recipient) }),
        ...(bcc.length === 0 ? {} : { bcc: bcc.map(recipient) }),
      },
    ],
    from: mailbox(message.from),
    ...(replyTo.length === 0 ? {} : { reply_to_list: replyTo.map(mailbox) }),
    subject: subjectOf(message),
    content: texts,
    headers: headerRecord([...extraHeaders(message), ["Message-ID", message.messageId]]),
    ...(files.length === 0
      ? {}
      : {
          attachments: files.map(({ filename, contentType, content, cid }) => ({
            content: base64(content),
            filename: bareName(filename),
            type: bareType(contentType),
            ...(cid === undefined
              ? { disposition: "attachment" }
              : { disposition: "inline", content_id: cid }),
          })),
        }),
    ...(Object.keys(tags).length === 0 ? {} : { custom_args: customArguments(tags) }),
  };
}

const recipientField = /^personalizations\.\d{1,4}\.(to|cc|bcc)\.(\d{1,4})\.email$/;

/** SendGrid says which recipient by its place, not by its address; our own request knows who stood there. */
function complaint({ json }: Answer, letter?: Letter): Complaint {
  const list = (json as { errors?: unknown } | null | undefined)?.errors;
  const errors = (Array.isArray(list) ? list.slice(0, 1_000) : []).map((one: unknown) => {
    const code = textAt(one, "field");
    const [, field, place] = recipientField.exec(code?.slice(0, 100) ?? "") ?? [];
    return { code, text: textAt(one, "message"), field, place: Number(place) };
  });
  // What is not about a recipient would meet the others as well.
  const { code, text } = errors.find(({ field }) => field === undefined) ?? errors[0] ?? {};
  const about = errors.flatMap(({ field, place }) => {
    const address = letter?.[field as "to" | "cc" | "bcc"]?.[place]?.address;
    return address === undefined ? [] : [address];
  });
  return { code, text, about };
}

const check: HttpCheck = {
  path: "/v3/scopes",
  judge: ({ status, json }) => {
    const scopes = (json as { scopes?: unknown } | null | undefined)?.scopes;
    if (status !== 200 || !Array.isArray(scopes) || scopes.includes("mail.send")) return undefined;
    return { wrong: "the key has no scope mail.send" };
  },
};

/** SendGrid's API, described. @see https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
function sendgridApi(apiKey: string): HttpApi {
  return {
    name: "SendGrid",
    endpoint: "https://api.sendgrid.com",
    path: "/v3/mail/send",
    headers: { authorization: `Bearer ${apiKey}` },
    secrets: [apiKey],
    body: (letter) => ({ json: body(letter) }),
    accepted: ({ status, headers }) => {
      const messageId = headers["x-message-id"];
      return status === 202 && messageId !== undefined ? { messageId } : undefined;
    },
    complaint,
    errors: sendgridErrors,
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
  };
}

/**
 * A provider for SendGrid. At most 1000 recipients and 30 MB a message; accounts in the EU set `endpoint` to
 * `https://api.eu.sendgrid.com`. There is no idempotency key.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function sendgrid(options: SendgridOptions): Provider {
  checkOptions("sendgrid", options, { ...commonChecks, apiKey: checkKey }, ["apiKey"]);
  const { apiKey, ...common } = options;
  return http({ ...common, api: sendgridApi(apiKey) });
}
