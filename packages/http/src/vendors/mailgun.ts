import { option } from "@relais/core/spi";
import { retryAfterHeader, rows } from "@relais/http-client";
import { type AddressedMessage, addressed, inField } from "../api/addressed-message.ts";
import { type FormField, type HttpCheck, textAt } from "../api/api.ts";
import * as mail from "../api/content.ts";
import { type ErrorRow, fromMemory } from "../api/errors.ts";
import { type CommonOptions, key } from "../api/options.ts";
import { type VendorProvider, vendor } from "../provider/vendor.ts";
import { accountErrors, invalidRecipient } from "./account-errors.ts";

const domainName = /^(?=.{1,253}$)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+$/;

const fields = {
  /** A sending key is enough. */
  apiKey: option.required(key),
  /** The sending domain, as it stands in the account. */
  domain: option.required(option.matching(domainName, "a domain name")),
  /** Where the domain lives. @defaultValue `us` */
  region: option.oneOf("us", "eu"),
};

export interface MailgunOptions
  extends CommonOptions,
    option.RequiredOptions<typeof fields>,
    option.OptionalOptions<typeof fields> {}

/** Mailgun takes 10 tags of 128 characters; the rest would cost the message. */
const fitting = (tags: readonly string[]): string[] => tags.filter((tag) => tag.length <= 128).slice(0, 10);

const ampType = /^text\/x-amp-html\b/i;

function form({ message, to, cc, bcc }: AddressedMessage): FormField[] {
  const { subject, replyTo, authors, alternatives } = message;
  const { text, html } = mail.bodies(message);
  const { shared, individual } = mail.tagsApart(message.tags);
  const amp = alternatives.find(({ contentType }) => ampType.test(contentType));
  const headers = [
    ...mail.extraHeaders(message),
    ...(replyTo.length === 0 ? [] : [["Reply-To", mail.addressList(replyTo)] as const]),
    ["Message-Id", message.messageId] as const,
  ];
  const some = (name: string, value: string | undefined): FormField[] =>
    value === undefined || value === "" ? [] : [{ name, value }];
  return [
    { name: "from", value: mail.addressList(authors) },
    { name: "to", value: mail.addressList(to) },
    ...some("cc", mail.addressList(cc)),
    ...some("bcc", mail.addressList(bcc)),
    { name: "subject", value: subject },
    ...some("text", text),
    ...some("html", html),
    ...some("amp-html", amp === undefined ? undefined : Buffer.from(amp.content).toString("utf8")),
    ...headers.map(([name, value]) => ({ name: `h:${name}`, value })),
    ...fitting(shared).map((value) => ({ name: "o:tag", value })),
    ...individual.map(([name, value]) => ({ name: `v:${name}`, value })),
    ...mail.attached(message).map(({ filename, contentType, content, cid }) => ({
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
    interpret: ({ json }) =>
      textAt(json, "domain", "state") === "disabled" ? { wrong: "the domain is disabled" } : undefined,
  };
}

const endpoints = { us: "https://api.mailgun.net", eu: "https://api.eu.mailgun.net" } as const;

const responses = "https://documentation.mailgun.com/docs/mailgun/quickstart-guide/responses";
const probation = "https://github.com/mailgun/mailgun-java/issues/50";

const ours = { ...rows.misconfigured, source: responses } as const;
const message = { ...rows.messageRefused } as const;
const limited = {
  ...rows.throttled,
  meaning: "a limit of the account is reached",
  retryAfter: [{ words: true }, retryAfterHeader],
  otherwiseMs: 10 * 60_000,
  atLeastMs: 1_000,
  source: probation,
} as const;

/** Mailgun has no codes, only statuses and prose. The domain that its prose speaks of is the account's, not a sender's. */
const errors: readonly ErrorRow[] = [
  {
    status: 400,
    says: /^['"]?(?:to|cc|bcc)['"]? parameter is not a valid address/i,
    ...invalidRecipient,
    source: "https://github.com/mailgun/mailgun-js-boland/issues/199",
  },
  {
    status: 400,
    says: /^['"]?from['"]? parameter is not a valid address/i,
    ...rows.senderRefused,
    source: "https://github.com/fastlane/fastlane/issues/8568",
  },
  { status: 420, ...limited },
  {
    status: [400, 499],
    says: /\b(?:try again (?:after|in)|enabled in|on probation|recipient limit exceeded|limited to \d{1,9} (?:messages|recipients|emails))\b/i,
    ...limited,
  },
  {
    status: [400, 403],
    says: /\bnot allowed to send\b|\bauthorized recipients?\b|\bfor test purposes only\b|\bdomain\b.{0,160}\b(?:unverified|not verified|disabled)\b/i,
    ...ours,
    meaning: "the domain may not send",
    source: "https://help.mailgun.com/hc/en-us/articles/217531258-Authorized-Recipients",
  },
  ...accountErrors(responses).filter(({ about }) => about === "account"),
  { status: 400, ...message, source: responses },
  { status: 401, ...ours, meaning: "API key not accepted", source: fromMemory },
  { status: 402, ...ours, meaning: "the account may not send", source: fromMemory },
  { status: 403, ...ours, meaning: "API key not accepted, or it may not" },
  { status: 404, ...ours, meaning: "no such domain, or not in this region" },
  { status: 413, ...message, meaning: "message too large", source: fromMemory },
  { status: 429, ...rows.throttled, retryAfter: [retryAfterHeader], source: responses },
  {
    status: 500,
    ...rows.unknown,
    meaning: "an error at Mailgun that does not say whether the message was taken",
    source: responses,
  },
];

/**
 * A provider for Mailgun. At most 1000 recipients and 25 MB a message. There is no idempotency key.
 * @throws {TypeError | RangeError} one sentence that names the option and what is wrong with it
 */
export const mailgun: VendorProvider<MailgunOptions> = vendor<MailgunOptions>({
  name: "Mailgun",
  fields,
  errors,
  /** https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-http */
  api: ({ apiKey, domain, region = "us" }) => {
    const basic = Buffer.from(`api:${apiKey}`).toString("base64");
    return {
      endpoint: endpoints[region],
      path: `/v3/${encodeURIComponent(domain)}/messages`,
      headers: { authorization: `Basic ${basic}` },
      secrets: [apiKey, basic],
      body: (outgoing) => ({ form: form(outgoing) }),
      accepted: ({ json }) => ({ messageId: textAt(json, "id") }),
      complaint: ({ json, text }, outgoing) => {
        const words = textAt(json, "message") ?? text.slice(0, 200);
        return { text: words, about: addressed(outgoing, words), among: inField(outgoing, field, words) };
      },
      // 25 MB: the page above. 1000: the limit of its own libraries (MAX_RECIPIENTS of mailgun-ruby).
      // It has SMTPUTF8: https://documentation.mailgun.com/docs/mailgun/user-manual/internationalization
      limits: { maxRecipients: 1_000, maxBodyBytes: 25 * 1024 * 1024 },
      check: checkOf(domain),
    };
  },
});
