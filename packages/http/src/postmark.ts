import type { Provider } from "@relais/core/spi";
import { addressList, addressText } from "./address-text.ts";
import { type Answer, textAt } from "./answer.ts";
import { attached, base64 } from "./attached.ts";
import { addressed, inField } from "./blame.ts";
import { bodies } from "./bodies.ts";
import { checkId, checkKey, checkOptions, commonChecks } from "./check-options.ts";
import { extraHeaders } from "./extra-headers.ts";
import { http } from "./http.ts";
import type { Acceptance, Complaint, HttpApi } from "./http-api.ts";
import type { CommonOptions } from "./http-options.ts";
import type { Letter } from "./letter.ts";
import { postmarkErrors } from "./postmark-errors.ts";

export interface PostmarkOptions extends CommonOptions {
  /** The API token of the server (not of the account). */
  readonly serverToken: string;
  /** The message stream. @defaultValue Postmark's own, `outbound` */
  readonly messageStream?: string | undefined;
}

const maxTextBytes = 5 * 1024 * 1024;

/** Postmark takes 10 of them, names up to 20 and values up to 80 characters; the rest would cost the message. */
function metadata(tags: Readonly<Record<string, string>>): Record<string, string> {
  const fit = Object.entries(tags).filter(([name, value]) => name.length <= 20 && value.length <= 80);
  return Object.fromEntries(fit.slice(0, 10));
}

function body({ message, to, cc, bcc }: Letter, stream: string | undefined): unknown {
  const { subject, replyTo, tags } = message;
  const { text, html } = bodies(message);
  const files = attached(message);
  const headers = [
    ...extraHeaders(message),
    ["Message-ID", message.messageId],
    // Without it Postmark replaces the Message-ID.
    ["X-PM-KeepID", "true"],
  ];
  return {
    From: addressText(message.from),
    To: addressList(to),
    ...(cc.length === 0 ? {} : { Cc: addressList(cc) }),
    ...(bcc.length === 0 ? {} : { Bcc: addressList(bcc) }),
    ...(replyTo.length === 0 ? {} : { ReplyTo: addressList(replyTo) }),
    Subject: subject,
    ...(html === undefined ? {} : { HtmlBody: html }),
    ...(text === undefined ? {} : { TextBody: text }),
    Headers: headers.map(([Name, Value]) => ({ Name, Value })),
    ...(files.length === 0
      ? {}
      : {
          Attachments: files.map(({ filename, contentType, content, cid }) => ({
            Name: filename,
            Content: base64(content),
            ContentType: contentType,
            ...(cid === undefined ? {} : { ContentID: `cid:${cid}` }),
          })),
        }),
    ...(Object.keys(tags).length === 0 ? {} : { Metadata: metadata(tags) }),
    ...(stream === undefined ? {} : { MessageStream: stream }),
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

function complaint({ json }: Answer, letter?: Letter): Complaint {
  const text = textAt(json, "Message");
  const code = textAt(json, "ErrorCode");
  if (code !== "300") return { code, text, about: inactive(text) };
  return { code, text, about: addressed(letter, text), among: inField(letter, field, text) };
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

/** Postmark's API, described. @see https://postmarkapp.com/developer/api/email-api */
function postmarkApi(serverToken: string, messageStream?: string): HttpApi {
  return {
    name: "Postmark",
    endpoint: "https://api.postmarkapp.com",
    path: "/email",
    headers: { "x-postmark-server-token": serverToken },
    secrets: [serverToken],
    body: (letter) => ({ json: body(letter, messageStream) }),
    accepted,
    complaint,
    errors: postmarkErrors,
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
  };
}

/**
 * A provider for Postmark. At most 50 recipients and 10 MB a message. Recipients that Postmark has marked as inactive
 * are `rejected`, the others get the message. There is no idempotency key.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function postmark(options: PostmarkOptions): Provider {
  const checks = { ...commonChecks, serverToken: checkKey, messageStream: checkId };
  checkOptions("postmark", options, checks, ["serverToken"]);
  const { serverToken, messageStream, ...common } = options;
  return http({ ...common, api: postmarkApi(serverToken, messageStream) });
}
