import { Readable } from "node:stream";
import fc from "fast-check";
import type { SendMailOptions } from "nodemailer";

type Fields = Record<string, unknown>;
/** Streams can be read once, and nodemailer writes to what it is given: every mail is made anew each time it is sent. */
type Make = () => Fields;

function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copy(one)])) as T;
}
const all = (...list: Fields[]): Make[] => list.map((one) => () => copy(one));

const from = all(
  { from: "shop@example.org" },
  { from: '"Shop, Inc." <shop@example.org>' },
  { from: { name: "Jörg [Staging] (Support)", address: "shop@example.org" } },
  { from: "bob@example.com via Shop <shop@example.org>" },
  { from: "'shop@example.org' <shop@example.org>" },
  { from: ["Ann <ann@example.org>", "bob@example.org"], sender: "ann@example.org" },
  { from: "Shop <shop@bücher.example>" },
  { from: "=?utf-8?Q?Caf=C3=A9?= <shop@example.org>" },
  { from: { name: `${"Very long name ".repeat(20)}`, address: "shop@example.org" } },
);
const to = all(
  { to: "ann@example.net" },
  { to: "Ann < ann@example.net >, 'Bob' <bob@example.net>" },
  { to: "ann@example.net; bob@example.net;" },
  { to: ["ann@example.net", { name: "Wolfe, Hannah", address: "h@example.net" }] },
  { to: "Team: ann@example.net, Cee <cee@example.net>;", cc: "dan@example.net," },
  { to: "undisclosed-recipients:;", bcc: "ann@example.net" },
  { to: "ann.@docomo.example", cc: null },
  { to: '"quoted local"@example.net', bcc: ["hidden@example.net", "Deep <deep@example.net>"] },
  { to: `reply+${"a".repeat(80)}@example.net` },
  { to: "jõgeva@example.net" },
  { to: "ann@[192.0.2.1]" },
  { to: "ann@under_score.example.net" },
  { to: "ann@example.net,\r\n bob@example.net,\r\n\tcee@example.net" },
  { to: '"שלום\u200f" <ann@example.net>', cc: [], bcc: "" },
  { to: { name: "Ann\u202egnp.exe", address: "ann@example.net" } },
  {
    to: "ann@example.net",
    envelope: { from: "bounce+x=y@example.org", to: ["real@example.net", "Cee <c@example.net>"] },
  },
  { to: "ann@example.net", envelope: { from: "", to: "real@example.net" } },
  { to: "root", envelope: { from: "cron@example.org", to: "postmaster" } },
);
const subject = all(
  { subject: "Hello" },
  {},
  { subject: "Hello\n" },
  { subject: "a\tb" },
  { subject: "order 1234,\npaid" },
  { subject: "שלום\u200f!" },
  { subject: "soft\u00adhyphen zero\u200bwidth \ufeffBOM" },
  { subject: "Hello ✔ 👨‍👩‍👧" },
  { subject: "Re: =?UTF-8?B?QQ==?= explained" },
  { subject: "=?UTF-8?B?w6nDqQ==?=" },
  { subject: `${"long ".repeat(300)}` },
  { subject: "evil \u202egpj.exe\u202c" },
  { subject: "x =?utf-8?B?4oCuZ3BqLmV4ZQ==?= y" },
  { subject: "" },
  { subject: 2026 },
);
const body: Make[] = [
  ...all(
    { text: "Hello\n.\n..\nBcc: x@example.net\n" },
    { html: "<p>Grüße</p>" },
    { text: "plain", html: "<b>rich</b>" },
    {
      text: "plain",
      html: "<b>rich</b>",
      amp: "<!doctype html><html ⚡4email></html>",
      watchHtml: "<b>w</b>",
    },
    { text: "x".repeat(3_000) },
    { text: "", html: "<i>only</i>", textEncoding: "base64" },
    { text: "Ünï ".repeat(200), encoding: "base64" },
    {
      text: "see the event",
      icalEvent: {
        method: "request",
        filename: "invite.ics",
        content: "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
      },
    },
    { text: "md", alternatives: [{ contentType: "text/x-web-markdown", content: "**md**" }] },
    { html: '<img src="data:image/png;base64,AQID">', attachDataUrls: true },
    {},
  ),
  () => ({ text: Readable.from(["streamed ", "text"]), html: Buffer.from("<b>buffer</b>") }),
];
const files: Make[] = [
  ...all(
    {},
    {},
    { attachments: [{ filename: "notes.txt", content: "Some notes" }] },
    { attachments: [{ filename: "\u200eIMG-0001.jpg", content: Buffer.from([1, 2, 3]) }] },
    {
      attachments: [
        {
          filename: "übersicht 2026 (1).pdf",
          content: "JVBERg==",
          encoding: "base64",
          contentType: "application/pdf; x=y",
        },
      ],
    },
    {
      html: '<img src="cid:logo@x">',
      attachments: [{ filename: "l.png", content: Buffer.alloc(900, 7), cid: "logo@x" }],
    },
    { attachments: [{ content: "nameless" }, { filename: false, content: "no name at all" }] },
    { attachments: [{ filename: "evil\u202egpj.exe", content: "x" }] },
    {
      attachments: [
        { path: "data:text/plain;base64,aGVsbG8=" },
        { filename: "a.bin", content: "x", contentType: "" },
      ],
    },
    {
      attachments: [
        { filename: "mail.eml", contentType: "message/rfc822", content: "From: a@x.example\r\n\r\ninner" },
      ],
    },
    {
      attachments: [{ raw: "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nHello raw" }],
    },
    { attachments: [{ filename: "n\tl\n.txt", content: "odd", contentDisposition: "inline" }] },
  ),
  () => ({ attachments: [{ filename: "s.txt", content: Readable.from(["str", "eam"]) }] }),
];
const threads = all(
  {},
  { messageId: "<123@my_host.local>", inReplyTo: "<123@my_host.local>", references: ["<a@b>", "<cCjl1y02>"] },
  { inReplyTo: "<cCjl1y02r2fuMPN01CjnwL>", references: "<a@example.org><b@example.org>" },
  { messageId: "<PR123:456@example.org>", date: new Date("2026-11-24T10:00:00Z") },
  { inReplyTo: "<a@example.org> <b@example.org>", replyTo: `reply+${"a".repeat(70)}@example.org` },
  { replyTo: "", date: "Mon, 30 Nov 2026 08:41:56 MET" },
  { replyTo: ["a@example.org", { name: "Desk\n", address: "b@example.org" }] },
);
const headers = all(
  {},
  { headers: { "X-Tag": ["a", "b"], "Content-Language": "de", "X-SES-CONFIGURATION-SET": "main" } },
  {
    headers: [
      { key: "X-A", value: "1" },
      { key: "X-A", value: "ü" },
    ],
    xMailer: "Shop 1.0",
  },
  {
    list: {
      unsubscribe: ["https://example.org/u", "u@example.org"],
      id: { url: "l.example.org", comment: "Liste ü" },
    },
  },
  { priority: "high", headers: { "X-SMTPAPI": '{"category":["a"]}' } },
  { headers: { "X-Folded": { prepared: true, value: "one\r\n two\r\n\tthree" }, References: "<x@y>" } },
  { headers: { "X-Long": "y".repeat(1_500), "X-Empty": "", "X-Null": null } },
  {
    headers: { "X-Line": "a\r\nBcc: x@example.net" },
    dsn: { id: "e1", return: "headers", notify: ["failure", "delay"], recipient: "a@example.org" },
  },
  { dsn: { ret: "FULL", envid: "q", notify: "never" } },
);
const raws: Make[] = [
  ...all(
    {
      raw: "From: shop@example.org\r\nTo: ann@example.net\r\nSubject: long\r\n\tfolded\r\nMessage-ID: <1@app_server>\r\n\r\nx\r\n",
    },
    {
      raw: Buffer.from(
        "From: J\xf6rg <shop@example.org>\r\nSubject: =?UTF-8?Q?a=0Ab?=\r\nDate: sometime\r\n\r\n\xe4\r\n",
        "latin1",
      ),
    },
    { raw: `Subject: nobody it is from\r\nX-Long: ${"y".repeat(2_000)}\r\n\r\nx\r\n`, cc: "c@example.net" },
  ),
  () => ({ raw: Readable.from(["From: a@example.org\r\nMessage-ID: <no", " at>\r\n\r\nstreamed\r\n"]) }),
].map((make) => () => ({ ...make(), envelope: { from: "shop@example.org", to: ["ann@example.net"] } }));

const composed = fc
  .tuple(...[from, to, subject, body, files, threads, headers].map((list) => fc.constantFrom(...list)))
  .map((parts) => (): SendMailOptions => Object.assign({}, ...parts.map((make) => make())));
const whole = fc.constantFrom(...raws).map((make) => (): SendMailOptions => make() as SendMailOptions);

/** Mails as applications write them: the shapes above, combined at random. */
export const realMail: fc.Arbitrary<() => SendMailOptions> = fc.oneof(
  { arbitrary: composed, weight: 20 },
  { arbitrary: whole, weight: 1 },
);
