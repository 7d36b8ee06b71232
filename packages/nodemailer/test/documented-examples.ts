import { Readable } from "node:stream";
import type { SendMailOptions } from "nodemailer";

/** A mail as nodemailer's documentation shows how to write it. */
export interface Example {
  /** The page of https://nodemailer.com that shows it. */
  readonly page: string;
  readonly what: string;
  readonly mail: () => SendMailOptions;
}

const base = {
  from: "Fred Foo <foo@example.com>",
  to: "bar@example.com, baz@example.com",
  subject: "Hello ✔",
};
const one = (page: string, what: string, mail: () => SendMailOptions): Example => ({
  page,
  what,
  mail: () => ({ ...base, text: "Hello world?", ...mail() }),
});

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const event = "BEGIN:VCALENDAR\r\nPRODID:-//ACME/DesktopCalendar//EN\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";

/** What the pages under "message" show, in calls of our own. */
export const examples: readonly Example[] = [
  one("/message", "plain text and HTML", () => ({ html: "<p>Hello world?</p>" })),
  one("/message/addresses", "plain, named and mixed addresses", () => ({
    to: 'foobar@example.com, "Ноде Майлер" <bar@example.com>, "Name, User" <baz@example.com>',
  })),
  one("/message/addresses", "addresses as objects and lists", () => ({
    to: ["foobar@example.com", { name: "Майлер, Ноде", address: "baz@example.com" }],
    cc: "cleo@example.com",
    bcc: ["hidden@example.com"],
    replyTo: "answers@example.com",
    sender: "office@example.com",
  })),
  one("/message", "an envelope of its own", () => ({
    envelope: { from: "Daemon <deamon@example.com>", to: "mailer@example.com, Mailer <mailer2@example.com>" },
  })),
  one("/message", "In-Reply-To, References, Message-ID, Date, priority", () => ({
    inReplyTo: "<one@example.com>",
    references: ["<one@example.com>", "<two@example.com>"],
    messageId: "<own@example.com>",
    date: new Date("2026-11-24T10:00:00Z"),
    priority: "high",
  })),
  one("/message/attachments", "text, buffer and stream as attachments", () => ({
    attachments: [
      { filename: "text1.txt", content: "hello world!" },
      { filename: "text2.txt", content: Buffer.from("hello world!", "utf-8") },
      { filename: "text4.txt", content: Readable.from(["hello ", "stream"]) },
      { filename: "text.bin", content: "hello world!", contentType: "text/plain" },
      { filename: "text5.txt", content: "aGVsbG8gd29ybGQh", encoding: "base64" },
      { path: "data:text/plain;base64,aGVsbG8gd29ybGQ=" },
      { raw: "Content-Type: text/plain\r\nContent-Disposition: attachment;\r\n\r\nHello world!" },
    ],
  })),
  one("/message/embedded-images", "an image in HTML by its cid", () => ({
    html: 'Embedded image: <img src="cid:unique@nodemailer.com"/>',
    attachments: [{ filename: "image.png", content: png, cid: "unique@nodemailer.com" }],
  })),
  one("/message/alternatives", "another form of the text", () => ({
    html: "<b>Hello world?</b>",
    alternatives: [{ contentType: "text/x-web-markdown", content: "**Hello world?**" }],
  })),
  one("/message/calendar-events", "an event", () => ({
    icalEvent: { filename: "invitation.ics", method: "request", content: event },
  })),
  one("/message/custom-headers", "headers of one's own", () => ({
    headers: { "x-my-key": "header value", "x-another-key": "another header value" },
  })),
  one("/message/custom-headers", "one header several times, and a prepared one", () => ({
    headers: {
      "x-my-key": ["value for row 1", "value for row 2", "value for row 3"],
      "x-processed": "a really long header or value with non-ascii characters 👮",
      "x-unprocessed": { prepared: true, value: "a really long header" },
    },
  })),
  one("/message/list-headers", "List-Help, List-Unsubscribe, List-ID", () => ({
    list: {
      help: "admin@example.com?subject=help",
      unsubscribe: { url: "http://example.com", comment: "Comment" },
      id: { url: "mylist.example.com", comment: "This is my awesome list" },
    },
  })),
  {
    page: "/message/custom-source",
    what: "a whole mail as raw",
    mail: () => ({
      envelope: { from: "sender@example.com", to: ["recipient@example.com"] },
      raw: "From: sender@example.com\r\nTo: recipient@example.com\r\nSubject: test message\r\n\r\nHello world!",
    }),
  },
  one("/message/attachments", "encodings and charsets of the text", () => ({
    text: "žluťoučký kůň ".repeat(20),
    textEncoding: "base64",
    encoding: "latin1",
    attachDataUrls: true,
    html: `<img src="data:image/png;base64,${png.toString("base64")}">`,
  })),
];
