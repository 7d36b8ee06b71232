import { asciiTags, type Provider } from "@relais/core/spi";
import { textAt } from "./answer.ts";
import { attached, base64 } from "./attached.ts";
import { inField } from "./blame.ts";
import { bodies, subjectOf } from "./bodies.ts";
import { checkKey, checkOptions, commonChecks } from "./check-options.ts";
import { extraHeaders, headerRecord } from "./extra-headers.ts";
import { http } from "./http.ts";
import type { HttpApi } from "./http-api.ts";
import type { CommonOptions } from "./http-options.ts";
import type { Letter } from "./letter.ts";
import { resendAddress, resendFrom } from "./resend-address.ts";
import { resendErrors } from "./resend-errors.ts";

export interface ResendOptions extends CommonOptions {
  /** `re_…`; the right to send is enough. */
  readonly apiKey: string;
}

function body({ message, to, cc, bcc }: Letter): unknown {
  const { replyTo, tags } = message;
  const { text, html } = bodies(message);
  const headers = headerRecord(extraHeaders(message));
  const files = attached(message);
  return {
    from: resendFrom(message.from),
    to: to.map(resendAddress),
    ...(cc.length === 0 ? {} : { cc: cc.map(resendAddress) }),
    ...(bcc.length === 0 ? {} : { bcc: bcc.map(resendAddress) }),
    ...(replyTo.length === 0 ? {} : { reply_to: replyTo.map(resendAddress) }),
    subject: subjectOf(message),
    ...(html === undefined ? {} : { html }),
    // Absent, Resend would write one of its own from the HTML; an empty one keeps it from that.
    text: text ?? "",
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(files.length === 0
      ? {}
      : {
          attachments: files.map(({ filename, contentType, content, cid }) => ({
            filename,
            content: base64(content),
            content_type: contentType,
            ...(cid === undefined ? {} : { content_id: cid }),
          })),
        }),
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

/** Resend's API, described. @see https://resend.com/docs/api-reference/emails/send-email */
function resendApi(apiKey: string): HttpApi {
  return {
    name: "Resend",
    endpoint: "https://api.resend.com",
    path: "/emails",
    headers: { authorization: `Bearer ${apiKey}` },
    secrets: [apiKey],
    idempotencyHeader: "Idempotency-Key",
    body: (letter) => ({ json: body(letter) }),
    accepted: ({ json }) => {
      const messageId = textAt(json, "id");
      return messageId === undefined ? undefined : { messageId };
    },
    complaint: ({ json }, letter) => {
      const text = textAt(json, "message");
      return { code: textAt(json, "name"), text, among: inField(letter, field, text) };
    },
    errors: resendErrors,
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
      judge: ({ json }) =>
        textAt(json, "name") === "restricted_api_key"
          ? { note: "the key may send, and nothing else" }
          : undefined,
    },
  };
}

/**
 * A provider for Resend. At most 50 recipients and 40 MB a message; the message's id is the idempotency key, so a
 * second try within 24 hours makes no second copy. Resend sets the Message-ID header itself.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function resend(options: ResendOptions): Provider {
  checkOptions("resend", options, { ...commonChecks, apiKey: checkKey }, ["apiKey"]);
  const { apiKey, ...common } = options;
  return http({ ...common, api: resendApi(apiKey) });
}
