import type { Message } from "@relais/core/spi";
import { expect, test } from "vitest";
import { apiServer, type Received } from "./api-server.ts";
import { context, richLetter, sampleMessage } from "./context.ts";
import { type Vendor, vendors } from "./vendors.ts";

const [resend, postmark, sendgrid, , brevo] = vendors as readonly [Vendor, Vendor, Vendor, Vendor, Vendor];

async function sent(vendor: Vendor, message: Message): Promise<Received> {
  const server = await apiServer(() => vendor.success);
  const outcome = await vendor.make({ endpoint: server.endpoint }).send(message, context(message));
  expect(outcome).toMatchObject({ success: true });
  return server.requests[0]!;
}

const threads = {
  "In-Reply-To": "<first@example.com>",
  References: "<zero@example.com> <first@example.com>",
};
const pairs = (record: Record<string, string>): unknown[] =>
  Object.entries(record).map(([Name, Value]) => ({ Name, Value }));

test("Resend is sent exactly this", async () => {
  const { json, headers } = await sent(resend, await richLetter());
  expect(headers["content-type"]).toBe("application/json");
  expect(headers["idempotency-key"]).toBe("order-1");
  expect(json).toEqual({
    from: "Ann Lee <ann@example.com>",
    // Resend refuses names in quotes: one that needs them is an encoded word.
    to: [
      `=?utf-8?B?${Buffer.from('Bob, the "B"').toString("base64")}?= <bob@example.org>`,
      "cyd@example.org",
    ],
    cc: ["Dan <dan@example.org>"],
    bcc: ["eve@example.org"],
    reply_to: ["Help <help@example.com>"],
    subject: "Zähler №1",
    html: '<p>html ✓ <img src="cid:logo"></p>',
    text: "text ✓",
    headers: { ...threads, "X-Order": "1", "X-Relais-Id": "order-1" },
    attachments: [
      { filename: "a.txt", content: "YWFh", content_type: "text/plain" },
      { filename: "logo.png", content: "AQID/w==", content_type: "image/png", content_id: "logo" },
    ],
    tags: [
      { name: "relais_id", value: "order-1" },
      { name: "kind", value: "receipt" },
      { name: "order", value: "1" },
    ],
  });
});

test("Resend is kept from writing a text of its own", async () => {
  const { json } = await sent(
    resend,
    await sampleMessage({ id: "order-2", text: undefined, html: "<p>Hello</p>" }),
  );
  expect(json).toEqual({
    from: "Ann <ann@example.com>",
    to: ["bob@example.org"],
    subject: "Hello",
    html: "<p>Hello</p>",
    text: "",
    headers: { "X-Relais-Id": "order-2" },
    tags: [{ name: "relais_id", value: "order-2" }],
  });
});

test("Postmark is sent exactly this", async () => {
  const { json } = await sent(postmark, await richLetter());
  expect(json).toEqual({
    From: '"Ann Lee" <ann@example.com>',
    To: '"Bob, the \\"B\\"" <bob@example.org>, cyd@example.org',
    Cc: '"Dan" <dan@example.org>',
    Bcc: "eve@example.org",
    ReplyTo: '"Help" <help@example.com>',
    Subject: "Zähler №1",
    HtmlBody: '<p>html ✓ <img src="cid:logo"></p>',
    TextBody: "text ✓",
    Headers: pairs({
      ...threads,
      "X-Order": "1",
      "X-Relais-Id": "order-1",
      "Message-ID": "<order-1@example.com>",
      "X-PM-KeepID": "true",
    }),
    Attachments: [
      { Name: "a.txt", Content: "YWFh", ContentType: "text/plain" },
      { Name: "logo.png", Content: "AQID/w==", ContentType: "image/png", ContentID: "cid:logo" },
    ],
    Metadata: { relais_id: "order-1", kind: "receipt", order: "1" },
  });
});

test("SendGrid is sent exactly this", async () => {
  const { json } = await sent(sendgrid, await richLetter());
  expect(json).toEqual({
    personalizations: [
      {
        to: [{ email: "bob@example.org", name: 'Bob  the "B"' }, { email: "cyd@example.org" }],
        cc: [{ email: "dan@example.org", name: "Dan" }],
        bcc: [{ email: "eve@example.org" }],
      },
    ],
    from: { email: "ann@example.com", name: "Ann Lee" },
    reply_to_list: [{ email: "help@example.com", name: "Help" }],
    subject: "Zähler №1",
    content: [
      { type: "text/plain", value: "text ✓" },
      { type: "text/html", value: '<p>html ✓ <img src="cid:logo"></p>' },
    ],
    headers: {
      ...threads,
      "X-Order": "1",
      "X-Relais-Id": "order-1",
      "Message-ID": "<order-1@example.com>",
    },
    attachments: [
      { content: "YWFh", filename: "a.txt", type: "text/plain", disposition: "attachment" },
      {
        content: "AQID/w==",
        filename: "logo.png",
        type: "image/png",
        disposition: "inline",
        content_id: "logo",
      },
    ],
    custom_args: { relais_id: "order-1", kind: "receipt", order: "1" },
  });
});

test("Brevo is sent exactly this, and no message with inline files or two Reply-To", async () => {
  const attachments = [{ filename: "a.txt", content: Buffer.from("aaa"), contentType: "text/plain" }];
  const { json } = await sent(brevo, await richLetter({ attachments }));
  expect(json).toEqual({
    sender: { email: "ann@example.com", name: "Ann Lee" },
    to: [{ email: "bob@example.org", name: 'Bob, the "B"' }, { email: "cyd@example.org" }],
    cc: [{ email: "dan@example.org", name: "Dan" }],
    bcc: [{ email: "eve@example.org" }],
    replyTo: { email: "help@example.com", name: "Help" },
    subject: "Zähler №1",
    htmlContent: '<p>html ✓ <img src="cid:logo"></p>',
    textContent: "text ✓",
    headers: {
      "X-Mailin-custom": "relais_id:order-1",
      ...threads,
      "X-Order": "1",
      "X-Relais-Id": "order-1",
      idempotencyKey: "order-1",
    },
    attachment: [{ name: "a.txt", content: "YWFh" }],
    tags: ["kind:receipt", "order:1"],
  });
  const server = await apiServer(() => brevo.success);
  const provider = brevo.make({ endpoint: server.endpoint });
  for (const message of [
    await richLetter(),
    await sampleMessage({ replyTo: ["a@example.com", "b@example.com"] }),
  ])
    expect(await provider.send(message, context(message))).toMatchObject({ kind: "refused" });
  expect(server.connections()).toBe(0);
});

test.each(vendors)("$name: a message with nothing special has nothing empty in it", async (vendor) => {
  const { json } = await sent(vendor, await sampleMessage());
  const empties = Object.values(json).filter((one) => Array.isArray(one) && one.length === 0);
  expect(empties).toEqual([]);
});

test("a long name for Resend is several encoded words, which a reader puts together", async () => {
  const name = `Ünder, ${"ü😀".repeat(40)}`;
  const { json } = await sent(resend, await sampleMessage({ to: { name, address: "bob@example.org" } }));
  const [to = ""] = json.to as string[];
  const words = [...to.matchAll(/=\?utf-8\?B\?([^?]*)\?=/g)];
  for (const [word] of words) expect(word.length).toBeLessThanOrEqual(75);
  expect(words.map(([, text = ""]) => Buffer.from(text, "base64").toString()).join("")).toBe(name);
  expect(to).toMatch(/^(?:=\?\S+\?= )+<bob@example\.org>$/);
});

test("a name for Resend cannot bring a recipient", async () => {
  for (const name of ["x (eve), y", "a, b", 'a"b', "a;b", "a@b"]) {
    const { json } = await sent(
      resend,
      await sampleMessage({
        to: { name, address: "bob@example.org" },
        from: { name, address: "ann@example.com" },
      }),
    );
    expect((json.to as string[])[0]).toMatch(/^=\?utf-8\?B\?\S+\?= <bob@example\.org>$/);
    expect(json.from).toMatch(/^"(?:[^"\\]|\\.)*" <ann@example\.com>$/);
  }
});
