import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { SendMailOptions } from "nodemailer";
import { calendar, png, type Sources } from "./documented-sources.ts";

/** A mail as nodemailer's documentation shows how to write it. */
export interface Example {
  /** The page of https://nodemailer.com that shows it. */
  readonly page: string;
  readonly what: string;
  /** Made anew for each transport: a stream can be read once. */
  readonly mail: (at: Sources) => SendMailOptions;
}

const base = {
  from: "Fred Foo <foo@example.com>",
  to: "bar@example.com, baz@example.com",
  subject: "Hello ✔",
};
const one = (page: string, what: string, mail: Example["mail"]): Example => ({
  page,
  what,
  mail: (at) => ({ ...base, text: "Hello world?", ...mail(at) }),
});
const whole = (what: string, raw: (at: Sources) => SendMailOptions["raw"]): Example => ({
  page: "/message/custom-source",
  what,
  mail: (at) => ({ envelope: { from: "sender@example.com", to: ["recipient@example.com"] }, raw: raw(at) }),
});
const bareMail = (subject: string): string =>
  `From: sender@example.com\nTo: recipient@example.com\nSubject: ${subject}\nMessage-ID: <raw@example.com>\n\nHello\n.world!`;

const fields: readonly Example[] = [
  one("/message", "plain text and HTML", () => ({ html: "<p>Hello world?</p>" })),
  one("/message", "HTML alone", () => ({ text: undefined, html: "<p>Hello world?</p>" })),
  one("/message", "text of a buffer, HTML of a stream", () => ({
    text: Buffer.from("Hello bytes"),
    html: Readable.from(["<p>", "Hello stream", "</p>"]),
  })),
  one("/message", "text of a file, HTML of a URL", (at) => ({
    text: { path: at.file("notes.txt") },
    html: { path: at.url("page.html") },
  })),
  one("/message", "AMP, watch HTML and data URLs as attachments", () => ({
    html: `<img src="data:image/png;base64,${png.toString("base64")}">`,
    watchHtml: "<b>Hello</b> watch",
    amp: "<!doctype html><html ⚡4email><head><meta charset=utf-8></head><body>Hi</body></html>",
    attachDataUrls: true,
  })),
  one("/message", "In-Reply-To, References, Message-ID, Date, priority", () => ({
    inReplyTo: "<one@example.com>",
    references: ["<one@example.com>", "<two@example.com>"],
    messageId: "<own@example.com>",
    date: new Date("2026-11-24T10:00:00Z"),
    priority: "high",
  })),
  one("/message", "references as a text, a date as a text, low priority, no X-Mailer", () => ({
    references: "<one@example.com> <two@example.com>",
    date: "Tue, 24 Nov 2026 10:00:00 +0000",
    priority: "low",
    xMailer: false,
  })),
  one("/message", "encodings of subject and text", () => ({
    subject: "Ελληνικά και ".repeat(9),
    text: "žluťoučký kůň ".repeat(20),
    textEncoding: "base64",
    encoding: "quoted-printable",
  })),
  one("/message", "lines that begin with dots, and long ones", () => ({
    text: `.\n..\n.dot\n${"long ".repeat(400)}\n\n-- \nFred\n`,
  })),
  one("/message/addresses", "plain, named and mixed addresses", () => ({
    from: '"Example Sender" <sender@example.com>',
    to: 'foobar@example.com, "Ноде Майлер" <bar@example.com>, "Name, User" <baz@example.com>',
    cc: ["first@example.com", '"Ноде Майлер" <second@example.com>, "Name, User" <third@example.com>'],
    bcc: ["hidden@example.com", { name: "Майлер, Ноде", address: "another@example.com" }],
  })),
  one("/message/addresses", "objects, Reply-To and Sender", () => ({
    from: { name: "Майлер, Ноде", address: "from@example.com" },
    to: ["foobar@example.com", { name: "Майлер, Ноде", address: "baz@example.com" }],
    replyTo: ["answers@example.com", '"Desk, Front" <desk@example.com>'],
    sender: "office@example.com",
  })),
  one("/message/addresses", "a domain in Unicode", () => ({
    to: '"Unicode Domain" <info@müriaad-polüteism.info>',
  })),
  one("/message/addresses", "quotes around a local part that needs none", () => ({
    to: '"fred.foo"@example.com, o\'neil+tag@example.com',
  })),
  one("/message/addresses", "the same recipient twice, and a group", () => ({
    to: "bar@example.com, Friends: one@example.com, two@example.com;",
    cc: "bar@example.com",
  })),
  one("/smtp/envelope", "an envelope of its own", () => ({
    envelope: { from: "Daemon <daemon@example.com>", to: "mailer@example.com, Mailer <mailer2@example.com>" },
  })),
  one("/smtp/envelope", "an address for bounces, with Cc and Bcc", () => ({
    envelope: {
      from: "bounce+12345@example.com",
      to: ["alice@example.com", "Bob <bob@example.net>"],
      cc: "cc@example.com",
      bcc: ["bcc@example.com"],
    },
  })),
];

const attached: readonly Example[] = [
  one("/message/attachments", "text, buffer, file and stream", (at) => ({
    attachments: [
      { filename: "text1.txt", content: "hello world!" },
      { filename: "text2.txt", content: Buffer.from("hello world!", "utf-8") },
      { filename: "text3.txt", path: at.file("notes.txt") },
      { path: at.file("image.png") },
      { filename: "text4.txt", content: createReadStream(at.file("notes.txt")) },
      { filename: "text.bin", content: "hello world!", contentType: "text/plain" },
    ],
  })),
  one("/message/attachments", "URLs, one of them with headers for the request", (at) => ({
    attachments: [
      { filename: "license.txt", path: at.url("notes.txt") },
      { href: at.url("image.png") },
      {
        filename: "private.txt",
        href: at.url("private/notes.txt"),
        httpHeaders: { authorization: "Bearer opensesame" },
      },
    ],
  })),
  one("/message/attachments", "encoded text, a data URI, a finished part", () => ({
    attachments: [
      { filename: "text5.txt", content: "aGVsbG8gd29ybGQh", encoding: "base64" },
      { path: "data:text/plain;base64,aGVsbG8gd29ybGQ=" },
      { raw: "Content-Type: text/plain\r\nContent-Disposition: attachment;\r\n\r\nHello world!" },
    ],
  })),
  one("/message/attachments", "names, dispositions, transfer encodings and headers", (at) => ({
    attachments: [
      { filename: "žluťoučký kůň.txt", content: "unicode" },
      { filename: false, content: "no name" },
      { filename: "in.txt", content: "inline", contentDisposition: "inline" },
      { filename: "qp.txt", path: at.file("notes.txt"), contentTransferEncoding: "quoted-printable" },
      { filename: "report.csv", content: "a,b\n", headers: { "x-report-id": "42" } },
    ],
  })),
  one("/message/embedded-images", "an image in HTML by its cid", (at) => ({
    html: 'Embedded image: <img src="cid:unique@nodemailer.com"/>',
    attachments: [{ filename: "image.png", path: at.file("image.png"), cid: "unique@nodemailer.com" }],
  })),
  one("/message/embedded-images", "one embedded, one attached", () => ({
    html: '<img src="cid:logo@example.com">',
    attachments: [
      { filename: "logo.png", content: png, cid: "logo@example.com" },
      { filename: "other.png", content: png },
    ],
  })),
  one("/message/alternatives", "another form of the text", () => ({
    html: "<b>Hello world?</b>",
    alternatives: [{ contentType: "text/x-web-markdown", content: "**Hello world?**" }],
  })),
  one("/message/alternatives", "of a file, encoded, and finished", (at) => ({
    alternatives: [
      { contentType: "text/x-notes", path: at.file("notes.txt") },
      { contentType: "text/x-hello", content: "aGVsbG8=", encoding: "base64" },
      { raw: "Content-Type: text/x-raw\r\n\r\nraw alternative" },
    ],
  })),
  one("/message/calendar-events", "a request as a text", () => ({
    icalEvent: { filename: "invitation.ics", method: "request", content: calendar },
  })),
  one("/message/calendar-events", "an event of a file", (at) => ({
    icalEvent: { filename: "invite.ics", method: "PUBLISH", path: at.file("invite.ics") },
  })),
  one("/message/calendar-events", "a cancellation of a URL", (at) => ({
    icalEvent: { method: "CANCEL", href: at.url("invite.ics") },
  })),
  one("/message/calendar-events", "in short", () => ({ icalEvent: calendar })),
];

const headed: readonly Example[] = [
  one("/message/custom-headers", "headers of one's own", () => ({
    headers: { "x-my-key": "header value", "x-another-key": "another header value" },
  })),
  one("/message/custom-headers", "one header several times", () => ({
    headers: { "x-my-key": ["value for row 1", "value for row 2", "value for row 3"] },
  })),
  one("/message/custom-headers", "as it is processed, and one that is prepared", () => ({
    headers: {
      "x-processed": "a really long header or value with non-ascii characters 👮",
      "x-unprocessed": {
        prepared: true,
        value: "a really long header or value with non-ascii characters 👮",
      },
    },
  })),
  one("/message/custom-headers", "as a list", () => ({
    headers: [
      { key: "X-My-Key", value: "first" },
      { key: "X-My-Key", value: "second" },
    ],
  })),
  one("/message/list-headers", "help, unsubscribe, subscribe, post, id", () => ({
    list: {
      help: "admin@example.com?subject=help",
      unsubscribe: { url: "http://example.com", comment: "Comment" },
      subscribe: ["admin@example.com?subject=subscribe", { url: "http://example.com", comment: "Subscribe" }],
      post: [["http://example.com/post", { url: "admin@example.com?subject=post", comment: "Post" }]],
      id: { url: "mylist.example.com", comment: "This is my awesome list" },
    },
  })),
  whole("a whole mail as a text", () => bareMail("text")),
  whole("a whole mail as a buffer", () => Buffer.from(bareMail("buffer"))),
  whole("a whole mail of a file", (at) => ({ path: at.file("message.eml") })),
  whole("a whole mail of a URL", (at) => ({ href: at.url("message.eml") })),
  whole("a whole mail of a stream", (at) => createReadStream(at.file("message.eml"))),
];

/** What the pages under "message" and "smtp" show, in calls of our own. */
export const examples: readonly Example[] = [...fields, ...attached, ...headed];
