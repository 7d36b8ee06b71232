import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { application } from "./application.ts";

test("the first example of nodemailer's documentation runs on a chain", async () => {
  await using app = await application();
  const info = await app.transporter.sendMail({
    from: '"Maddison Foo Koch" <maddison53@ethereal.test>',
    to: "bar@example.test, baz@example.test",
    subject: "Hello ✔",
    text: "Hello world?",
    html: "<b>Hello world?</b>",
  });
  const [mail] = app.servers[0].accepted;
  expect(info.messageId).toBe(mail?.messageId);
  expect(info.accepted).toEqual(["bar@example.test", "baz@example.test"]);
  expect(info.rejected).toEqual([]);
  expect(info.envelope).toEqual({
    from: "maddison53@ethereal.test",
    to: ["bar@example.test", "baz@example.test"],
  });
  expect(info.response).toMatch(/^250 /);
  expect(info.provider).toBe("SMTP-1");
  expect(info.delivery.success).toBe(true);
  const text = mail?.data.toString() ?? "";
  expect(text).toContain("Subject: =?UTF-8?");
  expect(text).toContain("multipart/alternative");
});

test("a callback is called as nodemailer calls it", async () => {
  await using app = await application();
  const info = await new Promise((resolve, reject) => {
    app.transporter.sendMail({ from: "a@x.test", to: "b@x.test", text: "hi" }, (error, done) =>
      error ? reject(error) : resolve(done),
    );
  });
  expect(info).toMatchObject({ accepted: ["b@x.test"] });
});

test("addresses in every documented form, groups included, and Bcc only in the envelope", async () => {
  await using app = await application();
  const text = await app.arrives({
    from: { name: "Näme, Quoted", address: "sender@server.test" },
    to: 'foobar@example.test, "Ноде Майлер" <bar@example.test>, "Name, User" <baz@example.test>',
    cc: [
      "first@example.test",
      '"Ноде Майлер" <second@example.test>',
      { name: "X, Y", address: "third@example.test" },
    ],
    bcc: "Friends: secret@example.test, other@example.test;",
    replyTo: "Desk <desk@example.test>",
    sender: "robot@server.test",
    text: "hi",
  });
  const [mail] = app.servers[0].accepted;
  expect(mail?.to).toEqual([
    "foobar@example.test",
    "bar@example.test",
    "baz@example.test",
    "first@example.test",
    "second@example.test",
    "third@example.test",
    "secret@example.test",
    "other@example.test",
  ]);
  expect(text).toContain('"Name, User" <baz@example.test>');
  expect(text).toMatch(/^Reply-To: Desk <desk@example.test>\r$/m);
  expect(text).toMatch(/^Sender: robot@server.test\r$/m);
  expect(text).not.toContain("secret@example.test");
});

test("priority, message id, date, threads, headers in all forms and list headers", async () => {
  await using app = await application();
  const text = await app.arrives({
    priority: "high",
    messageId: "<order-1@server.test>",
    date: new Date("2026-11-24T06:00:00Z"),
    inReplyTo: "<first@server.test>",
    references: ["<zero@server.test>", "<first@server.test>"],
    headers: {
      "x-my-key": "header value",
      "x-another-key": ["first", "second"],
      "x-processed": {
        prepared: true,
        value: "a really long header or value with non-ascii characters".slice(0, 30),
      },
    },
    list: {
      help: "admin@example.test?subject=help",
      unsubscribe: [{ url: "http://example.test/u", comment: "Comment" }, "unsubscribe@example.test"],
      id: { url: "mylist.example.test", comment: "My List" },
    },
    text: "hi",
  });
  for (const line of [
    "Message-ID: <order-1@server.test>",
    "Date: Tue, 24 Nov 2026 06:00:00 +0000",
    "X-Priority: 1 (Highest)",
    "In-Reply-To: <first@server.test>",
    "References: <zero@server.test> <first@server.test>",
    "X-My-Key: header value",
    "X-Another-Key: first",
    "X-Another-Key: second",
    "List-Help: <mailto:admin@example.test?subject=help>",
    "List-Unsubscribe: <http://example.test/u> (Comment)",
    'List-ID: "My List" <mylist.example.test>',
  ])
    expect(`\r\n${text}`.toLowerCase()).toContain(`\r\n${line.toLowerCase()}\r\n`);
  const array = await app.arrives({
    headers: [
      { key: "X-A", value: "1" },
      { key: "X-A", value: "2" },
    ],
    text: "x",
  });
  expect(array).toContain("X-A: 1\r\nX-A: 2\r\n");
});

test("an envelope of its own, and defaults for all mails", async () => {
  await using app = await application({ from: "default@server.test", headers: { "X-Default": "yes" } });
  const text = await app.arrives({
    from: undefined as unknown as string,
    to: "shown@example.test",
    envelope: {
      from: "Daemon <daemon@nodemailer.test>",
      to: "real@example.test, Second <second@example.test>",
    },
    text: "hi",
  });
  const [mail] = app.servers[0].accepted;
  expect(mail?.from).toBe("daemon@nodemailer.test");
  expect(mail?.to).toEqual(["real@example.test", "second@example.test"]);
  expect(text).toContain("To: shown@example.test");
  expect(text).toContain("X-Default: yes");
});

test("a raw mail goes as it is, but for line breaks and Bcc", async () => {
  await using app = await application();
  const raw =
    "From: a@x.test\nTo: b@x.test\nBcc: secret@x.test,\n also@x.test\nMessage-ID: <r1@x.test>\nSubject: raw\n\nHello\n";
  const envelope = { from: "a@x.test", to: ["b@x.test"] };
  const info = await app.transporter.sendMail({ envelope, raw });
  expect(info.messageId).toBe("<r1@x.test>");
  const [mail] = app.servers[0].accepted;
  expect(mail?.data.toString()).toBe(
    "From: a@x.test\r\nTo: b@x.test\r\nMessage-ID: <r1@x.test>\r\nSubject: raw\r\n\r\nHello\r\n",
  );
});

test("compile and stream plugins run", async () => {
  await using app = await application();
  app.transporter.use("compile", (mail, done) => {
    mail.data.text = `${mail.data.text} -- compiled`;
    done();
  });
  app.transporter.use("stream", (mail, done) => {
    mail.message.setHeader("X-Streamed", "yes");
    done();
  });
  const text = await app.arrives({ text: "hello" });
  expect(text).toContain("hello -- compiled");
  expect(text).toContain("X-Streamed: yes");
});

test("a DKIM key on the mail or in the defaults signs what goes out; one beside the transport does not exist", async () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const dkim = { domainName: "server.test", keySelector: "s", privateKey };
  await using app = await application({ dkim });
  const text = await app.arrives({ text: "hi", bcc: "secret@x.test", headers: { "X-A": "1" } });
  expect(text).toMatch(/^DKIM-Signature: v=1;[\s\S]* d=server\.test;/);
  expect(text).not.toContain("secret@x.test");
  await using plain = await application();
  expect(await plain.arrives({ text: "hi" })).not.toContain("DKIM-Signature");
});
