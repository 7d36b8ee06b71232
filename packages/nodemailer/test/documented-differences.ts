import { generateKeyPairSync } from "node:crypto";
import type { SendMailOptions } from "nodemailer";
import { type AnyTransporter, type Call, failing, mail } from "./documented-calls.ts";
import type { Sources } from "./documented-sources.ts";

/** What comes to something else on a chain, and why. Each stands in the README, under "What is different". */
export interface Difference extends Call {
  /** Words of the README that say so. */
  readonly quote: string;
  /** What nodemailer's SMTP transport makes of it. */
  readonly own: unknown;
  /** What a chain does. */
  readonly ours: unknown;
  /** Both servers are down. */
  readonly down?: true;
}

const refused = (
  page: string,
  what: string,
  quote: string,
  code: string,
  changes: SendMailOptions,
): Difference => ({
  page,
  what,
  quote,
  run: (one) => failing(one.sendMail({ ...mail, ...changes })),
  own: "sent",
  ours: { name: "Error", code },
});

const unread = (what: string, code: string, changes: (at: Sources) => SendMailOptions): Difference => ({
  page: "/message/attachments",
  what,
  quote: "An unreadable attachment is found before any provider is called",
  run: (one, at) => failing(one.sendMail({ ...mail, ...changes(at) })),
  own: { name: "Error", code: "ESTREAM", originalCode: code },
  ours: { name: "Error", code },
});

const infoOf = async (one: AnyTransporter): Promise<unknown> => {
  const info = (await one.sendMail(mail)) as unknown as Record<string, unknown>;
  return Object.keys(info).sort().join(" ");
};

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

export const differences: readonly Difference[] = [
  refused(
    "/message/custom-headers",
    "a prepared header with another one in it",
    "a line break in a `prepared` header",
    "EMESSAGE",
    { headers: { "X-A": { prepared: true, value: "a\r\nX-B: b" } } },
  ),
  refused("/message/addresses", "a header in an address", "a line break or a bracket within", "EENVELOPE", {
    to: "bar@example.com\r\nBcc: baz@example.com",
  }),
  refused(
    "/message/custom-source",
    "what is no mail",
    "A `raw` that does not begin with a header field",
    "EMESSAGE",
    {
      raw: "Hello",
    },
  ),
  refused("/message/attachments", "101 files", "A mail over the limits is refused", "EMESSAGE", {
    attachments: Array.from({ length: 101 }, () => ({ content: "x" })),
  }),
  {
    page: "/message/custom-source",
    what: "a whole mail, and nobody it is for",
    quote: "is sent to the recipients in its header fields",
    run: (one) =>
      failing(one.sendMail({ raw: "From: foo@example.com\r\nTo: bar@example.com\r\n\r\nHi\r\n" })),
    own: { name: "Error", code: "EENVELOPE" },
    ours: "sent",
  },
  unread("a file where files are not allowed", "EFILEACCESS", (at) => ({
    disableFileAccess: true,
    attachments: [{ path: at.file("notes.txt") }],
  })),
  unread("a URL where URLs are not allowed", "EURLACCESS", (at) => ({
    disableUrlAccess: true,
    html: { path: at.url("page.html") },
  })),
  unread("a file that is not there", "ENOENT", (at) => ({ attachments: [{ path: at.file("nothing.txt") }] })),
  unread("a URL that is not there", "EFETCH", (at) => ({ attachments: [{ href: at.url("nothing.txt") }] })),
  {
    page: "/errors",
    what: "no server listens",
    quote: "for nodemailer's `ESOCKET`, `EDNS` and `ETIMEDOUT`",
    down: true,
    run: (one) => failing(one.sendMail(mail)),
    own: { name: "Error", code: "ESOCKET", originalCode: "ECONNREFUSED" },
    ours: { name: "Error", code: "ECONNECTION", rejected: ["bar@example.com"] },
  },
  {
    page: "/usage",
    what: "what SMTP tells of its session",
    quote: "`envelopeTime`",
    run: infoOf,
    own: "accepted ehlo envelope envelopeTime messageId messageSize messageTime rejected response",
    ours: "accepted delivery envelope messageId provider rejected response",
  },
];

/** Bytes that differ: what of the mail that arrives is looked at. */
export const otherBytes: readonly (Omit<Difference, "run" | "down"> & {
  readonly mail: SendMailOptions;
  readonly options?: object;
  readonly look: RegExp;
})[] = [
  {
    page: "/message/custom-source",
    what: "Bcc in a whole mail",
    quote: "`Bcc` is removed from `raw` mails",
    mail: {
      envelope: { from: "foo@example.com", to: "bar@example.com" },
      raw: "From: foo@example.com\r\nBcc: bar@example.com\r\n\r\nHi\r\n",
    },
    look: /^Bcc: bar@example\.com/m,
    own: true,
    ours: false,
  },
  {
    page: "/message",
    what: "a name that is shown backwards",
    quote: "Characters that change the order of letters",
    mail: { ...mail, subject: "\u202Egpj.exe" },
    look: /^Subject: =\?UTF-8/m,
    own: true,
    ours: false,
  },
  {
    page: "/dkim",
    what: "a key beside the transport",
    quote: "`dkim` of a transporter has no effect with a transport object",
    mail,
    options: { dkim: { domainName: "example.com", keySelector: "s", privateKey } },
    look: /^DKIM-Signature: /m,
    own: true,
    ours: false,
  },
];
