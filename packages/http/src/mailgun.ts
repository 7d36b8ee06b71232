import type { Provider } from "@relais/core/spi";
import { addressList } from "./address-text.ts";
import { textAt } from "./answer.ts";
import { attached } from "./attached.ts";
import { addressed, inField } from "./blame.ts";
import { bodies } from "./bodies.ts";
import { type Check, checkDomain, checkKey, checkOptions, commonChecks } from "./check-options.ts";
import { extraHeaders } from "./extra-headers.ts";
import { http } from "./http.ts";
import type { FormField, HttpApi, HttpCheck } from "./http-api.ts";
import type { CommonOptions } from "./http-options.ts";
import type { Letter } from "./letter.ts";
import { mailgunErrors } from "./mailgun-errors.ts";
import { tagsApart } from "./tag-names.ts";

export interface MailgunOptions extends CommonOptions {
  /** A sending key is enough. */
  readonly apiKey: string;
  /** The sending domain, as it stands in the account. */
  readonly domain: string;
  /** Where the domain lives. @defaultValue `us` */
  readonly region?: "us" | "eu" | undefined;
}

/** Mailgun takes 10 tags of 128 characters; the rest would cost the message. */
const fitting = (tags: readonly string[]): string[] => tags.filter((tag) => tag.length <= 128).slice(0, 10);

const ampType = /^text\/x-amp-html\b/i;

function fields({ message, to, cc, bcc }: Letter): FormField[] {
  const { subject, replyTo, authors, alternatives } = message;
  const { text, html } = bodies(message);
  const { shared, own } = tagsApart(message.tags);
  const amp = alternatives.find(({ contentType }) => ampType.test(contentType));
  const headers = [
    ...extraHeaders(message),
    ...(replyTo.length === 0 ? [] : [["Reply-To", addressList(replyTo)] as const]),
    ["Message-Id", message.messageId] as const,
  ];
  const some = (name: string, value: string | undefined): FormField[] =>
    value === undefined || value === "" ? [] : [{ name, value }];
  return [
    { name: "from", value: addressList(authors) },
    { name: "to", value: addressList(to) },
    ...some("cc", addressList(cc)),
    ...some("bcc", addressList(bcc)),
    { name: "subject", value: subject },
    ...some("text", text),
    ...some("html", html),
    ...some("amp-html", amp === undefined ? undefined : Buffer.from(amp.content).toString("utf8")),
    ...headers.map(([name, value]) => ({ name: `h:${name}`, value })),
    ...fitting(shared).map((value) => ({ name: "o:tag", value })),
    ...own.map(([name, value]) => ({ name: `v:${name}`, value })),
    ...attached(message).map(({ filename, contentType, content, cid }) => ({
      name: cid === undefined ? "attachment" : "inline",
      // The Content-ID of an inline file is its name.
      filename: cid ?? filename,
      contentType,
      content,
    })),
  ];
}

const field = /^['"]?(to|cc|bcc)['"]? parameter\b/i;

function checkOf(domain: string): HttpCheck {
  return {
    path: `/v3/domains/${encodeURIComponent(domain)}`,
    judge: ({ json }) =>
      textAt(json, "domain", "state") === "disabled" ? { wrong: "the domain is disabled" } : undefined,
  };
}

const endpoints = { us: "https://api.mailgun.net", eu: "https://api.eu.mailgun.net" } as const;

/** Mailgun's API, described. @see https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-http */
function mailgunApi(apiKey: string, domain: string, region: "us" | "eu" = "us"): HttpApi {
  const basic = Buffer.from(`api:${apiKey}`).toString("base64");
  return {
    name: "Mailgun",
    endpoint: endpoints[region],
    path: `/v3/${encodeURIComponent(domain)}/messages`,
    headers: { authorization: `Basic ${basic}` },
    secrets: [apiKey, basic],
    body: (letter) => ({ form: fields(letter) }),
    accepted: ({ json }) => {
      const messageId = textAt(json, "id");
      return messageId === undefined ? undefined : { messageId };
    },
    complaint: ({ json, text }, letter) => {
      const words = textAt(json, "message") ?? text.slice(0, 200);
      return { text: words, about: addressed(letter, words), among: inField(letter, field, words) };
    },
    errors: mailgunErrors,
    // 25 MB: the page above. 1000: the limit of its own libraries (MAX_RECIPIENTS of mailgun-ruby).
    // It has SMTPUTF8: https://documentation.mailgun.com/docs/mailgun/user-manual/internationalization
    limits: { maxRecipients: 1_000, maxBodyBytes: 25 * 1024 * 1024 },
    check: checkOf(domain),
  };
}

const checkRegion: Check = (field, value) => {
  if (value !== "us" && value !== "eu") throw new RangeError(`${field} must be "us" or "eu"`);
};

/**
 * A provider for Mailgun. At most 1000 recipients and 25 MB a message. There is no idempotency key.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export function mailgun(options: MailgunOptions): Provider {
  const checks = { ...commonChecks, apiKey: checkKey, domain: checkDomain, region: checkRegion };
  checkOptions("mailgun", options, checks, ["apiKey", "domain"]);
  const { apiKey, domain, region, ...common } = options;
  return http({ ...common, api: mailgunApi(apiKey, domain, region) });
}
