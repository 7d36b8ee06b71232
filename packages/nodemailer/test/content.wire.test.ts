import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createChain } from "@relais/core";
import { type Message, receipt } from "@relais/core/spi";
import { parts } from "@relais/mime";
import { relaisTransport } from "@relais/nodemailer";
import nodemailer from "nodemailer";
import type { SendMailOptions } from "nodemailer/lib/mailer";
import { expect, test } from "vitest";
import { application } from "./application.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const path = join(tmpdir(), `relais-nodemailer-${process.pid}.txt`);

test("attachments in every documented form arrive", async () => {
  await writeFile(path, "from a file");
  const web = createServer((_request, response) => response.end("from the web")).listen(0, "127.0.0.1");
  await new Promise((resolve) => web.once("listening", resolve));
  const href = `http://127.0.0.1:${(web.address() as AddressInfo).port}/license.txt`;
  await using app = await application();
  const text = await app.arrives({
    text: "see attached",
    attachments: [
      { filename: "text1.txt", content: "hello world!" },
      { filename: "text2.txt", content: Buffer.from("hello buffer") },
      { filename: "text3.txt", path },
      { path },
      { filename: "text4.txt", content: Readable.from(["hello ", "stream"]) },
      { filename: "text.bin", content: "hello bin", contentType: "text/plain" },
      { filename: "license.txt", path: href },
      { filename: "license2.txt", href },
      { filename: "text5.txt", content: "aGVsbG8gZW5jb2RlZA==", encoding: "base64" },
      { path: "data:text/plain;base64,aGVsbG8gZGF0YQ==" },
      { raw: "Content-Type: text/plain\r\nContent-Disposition: attachment;\r\n\r\nHello raw" },
      { filename: false, content: "nameless" },
    ],
  });
  web.close();
  for (const part of [
    "hello world!",
    "hello buffer",
    "hello stream",
    "hello bin",
    "hello encoded",
    "hello data",
    "nameless",
  ])
    expect(text).toContain(base64(part));
  expect(text.split(base64("from a file"))).toHaveLength(3);
  expect(text.split(base64("from the web"))).toHaveLength(3);
  expect(text).toContain("Hello raw");
});

test("alternatives, a calendar event, AMP and watch HTML arrive", async () => {
  await using app = await application();
  const text = await app.arrives({
    text: "Hello",
    html: "<b>Hello</b>",
    amp: "<!doctype html><html ⚡4email></html>",
    watchHtml: "<b>watch</b>",
    icalEvent: { filename: "invitation.ics", method: "request", content: "BEGIN:VCALENDAR\r\nEND:VCALENDAR" },
    alternatives: [{ contentType: "text/x-web-markdown", content: "**Hello**" }],
  });
  expect(text).toContain("Content-Type: text/calendar; charset=utf-8; method=REQUEST");
  expect(text).toContain("filename=invitation.ics");
  expect(text).toContain("text/x-amp-html");
  expect(text).toContain("text/watch-html");
  expect(text).toContain("text/x-web-markdown");
});

test("content is read through a path, a stream or a data image where nodemailer allows it", async () => {
  await writeFile(path, "from a file");
  await using app = await application({ attachDataUrls: true } as SendMailOptions);
  const text = await app.arrives({
    text: { path },
    html: Readable.from(['<img src="data:image/png;base64,AQID">', '<img src="cid:unique@nodemailer.test">']),
    attachments: [{ filename: "image.png", content: Buffer.from([9, 9, 9]), cid: "unique@nodemailer.test" }],
    encoding: "base64",
  });
  expect(text).toContain(base64("from a file"));
  expect(text).toContain("Content-Id: <unique@nodemailer.test>".replace("Id", "ID"));
  expect(text).toContain("multipart/related");
});

test.each([
  ["disableFileAccess", { path: "/etc/hostname" }, "EFILEACCESS"],
  ["disableUrlAccess", { href: "http://127.0.0.1:1/" }, "EURLACCESS"],
])("%s holds", async (flag, attachment, code) => {
  await using app = await application({ [flag]: true });
  await expect(app.arrives({ text: "x", attachments: [attachment] })).rejects.toMatchObject({ code });
  expect(app.servers[0].connections).toBe(0);
});

test("a provider that wants parts gets text, HTML, attachments and headers", async () => {
  const seen: Message[] = [];
  const api = {
    id: "API",
    send: async (message: Message, { envelope }: { envelope: { to: readonly string[] } }) => {
      seen.push(message);
      return receipt({ provider: "API", messageId: "api-1", accepted: envelope.to });
    },
  };
  const transporter = nodemailer.createTransport(relaisTransport(createChain([api], { policies: [] })));
  const info = await transporter.sendMail({
    from: '"Ann, A." <a@x.test>',
    to: "Team: b@x.test, Cee <c@x.test>;",
    replyTo: "d@x.test",
    subject: "Grüße",
    text: "text",
    html: Readable.from(["<b>html</b>"]),
    headers: { "X-Campaign": "autumn" },
    list: { unsubscribe: "https://x.test/u" },
    attachments: [{ filename: "a.txt", content: Readable.from(["attached"]) }],
  });
  const [message] = seen;
  expect(message).toMatchObject({
    from: { name: "Ann, A.", address: "a@x.test" },
    to: [{ address: "b@x.test" }, { name: "Cee", address: "c@x.test" }],
    replyTo: [{ address: "d@x.test" }],
    subject: "Grüße",
    headers: { "X-Campaign": "autumn", "List-Unsubscribe": "<https://x.test/u>" },
  });
  const { text, html, attachments } = await parts(message as Message);
  expect([text?.trim(), html?.trim()]).toEqual(["text", "<b>html</b>"]);
  expect(attachments).toMatchObject([
    { filename: "a.txt", contentType: "text/plain", disposition: "attachment" },
  ]);
  expect(Buffer.from(attachments[0]?.content ?? []).toString()).toBe("attached");
  expect(info.messageId).toBe(message?.messageId);
  expect(info.accepted).toEqual(["b@x.test", "c@x.test"]);
});
