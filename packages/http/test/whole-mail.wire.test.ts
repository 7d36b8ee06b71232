import { createChain } from "@relais/core";
import type { MessageInput } from "@relais/core/spi";
import { createMessage } from "@relais/core/spi";
import { expect, test } from "vitest";
import { apiServer } from "./api-server.ts";
import { context } from "./context.ts";
import { type Vendor, vendors } from "./vendors.ts";

const raw = [
  "Received: from nowhere",
  "From: =?utf-8?Q?Caf=C3=A9?= <shop@example.org>",
  "To: Ann <ann@example.net>",
  "Bcc: hidden@example.net",
  "Reply-To: help@example.org",
  "Subject: long",
  "\tand =?utf-8?Q?fold=0Aed?=",
  "Date: sometime",
  "List-Unsubscribe: <https://example.org/u>",
  "MIME-Version: 1.0",
  'Content-Type: multipart/mixed; boundary="b"',
  "",
  "--b",
  "Content-Type: text/plain; charset=utf-8",
  "",
  "the plain text",
  "--b",
  "Content-Type: text/html; charset=utf-8",
  "",
  "<p>the rich text</p>",
  "--b",
  "Content-Type: application/pdf",
  "Content-Disposition: attachment; filename=a.pdf",
  "Content-Transfer-Encoding: base64",
  "",
  "JVBERg==",
  "--b--",
  "",
].join("\r\n");

async function sent(vendor: Vendor, input: MessageInput): Promise<{ body: string; outcome: object }> {
  const server = await apiServer(() => vendor.success);
  const message = await createMessage(input);
  const outcome = await vendor.make({ endpoint: server.endpoint }).send(message, context(message));
  const [request] = server.requests;
  return { outcome, body: request?.body.toString() ?? "" };
}

test.each(vendors)("$name gets a whole mail's text, HTML, files and headers", async (vendor) => {
  const { body, outcome } = await sent(vendor, { raw });
  expect(outcome).toMatchObject({ success: true, accepted: ["ann@example.net", "hidden@example.net"] });
  for (const part of [
    "Café",
    "ann@example.net",
    "hidden@example.net",
    "help@example.org",
    "long and fold ed",
  ])
    expect(body).toContain(part);
  for (const part of ["the plain text", "<p>the rich text</p>", "a.pdf", "List-Unsubscribe"])
    expect(body).toContain(part);
  expect(body).toMatch(/JVBERg==|%PDF/);
  expect(body).not.toMatch(/Received|multipart|"Message-ID":""|sometime/i);
});

test.each(vendors)(
  "$name is given a Message-ID that a mail does not have, the same each time",
  async (vendor) => {
    const ids = (body: string): readonly string[] => body.match(/<[\w.-]+@example\.org>/g) ?? [];
    const input = { raw, id: "order-7" };
    const [one, two] = [ids((await sent(vendor, input)).body), ids((await sent(vendor, input)).body)];
    expect(one).toEqual(two);
    if (["postmark", "sendgrid", "mailgun"].includes(vendor.name))
      expect(one).toContain("<order-7@example.org>");
  },
);

test.each(vendors)("$name gets it by a chain, too, which knows only its header", async (vendor) => {
  const server = await apiServer(() => vendor.success);
  const chain = createChain([vendor.make({ endpoint: server.endpoint })]);
  for (const one of [raw, "From: shop@example.org\r\nTo: ann@example.net\r\n\r\n"]) {
    const delivery = await chain.send({ raw: one });
    expect(delivery.success ? "" : delivery.error).toBe("");
  }
  await chain.close();
  expect(server.requests[0]?.body.toString()).toContain("the plain text");
});

test("without a From field it is refused before anything is connected", async () => {
  const [vendor] = vendors as readonly [Vendor];
  const input = { raw: "Subject: x\r\n\r\nx", envelope: { from: "", to: "ann@example.net" } };
  const { body, outcome } = await sent(vendor, input);
  expect(outcome).toMatchObject({ kind: "refused", reason: expect.stringContaining("has no From field") });
  expect(body).toBe("");
});
