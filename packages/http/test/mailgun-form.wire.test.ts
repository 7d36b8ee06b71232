import { expect, test } from "vitest";
import { apiServer } from "./api-server.ts";
import { context, richLetter, sampleMessage } from "./context.ts";
import { vendors } from "./vendors.ts";

const mailgun = vendors.find((one) => one.name === "mailgun")!;

async function sentForm(message: Awaited<ReturnType<typeof sampleMessage>>): Promise<FormData> {
  const server = await apiServer(() => mailgun.success);
  const outcome = await mailgun.make({ endpoint: server.endpoint }).send(message, context(message));
  expect(outcome).toMatchObject({ success: true });
  const { headers, body } = server.requests[0]!;
  // Read by somebody else's parser.
  const type = headers["content-type"] ?? "";
  return new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
}

test("Mailgun is sent exactly this", async () => {
  const form = await sentForm(await richLetter());
  const texts = [...form].filter(([, value]) => typeof value === "string");
  expect(texts).toEqual([
    ["from", '"Ann Lee" <ann@example.com>'],
    ["to", '"Bob, the \\"B\\"" <bob@example.org>, cyd@example.org'],
    ["cc", '"Dan" <dan@example.org>'],
    ["bcc", "eve@example.org"],
    ["subject", "Zähler №1"],
    ["text", "text ✓"],
    ["html", '<p>html ✓ <img src="cid:logo"></p>'],
    ["h:In-Reply-To", "<first@example.com>"],
    ["h:References", "<zero@example.com> <first@example.com>"],
    ["h:X-Order", "1"],
    ["h:X-Relais-Id", "order-1"],
    ["h:Reply-To", '"Help" <help@example.com>'],
    ["h:Message-Id", "<order-1@example.com>"],
    ["o:tag", "kind:receipt"],
    ["o:tag", "order:1"],
    ["v:relais_id", "order-1"],
  ]);
  const file = form.get("attachment") as File;
  expect([file.name, file.type, await file.text()]).toEqual(["a.txt", "text/plain", "aaa"]);
  const inline = form.get("inline") as File;
  expect([inline.name, inline.type]).toEqual(["logo", "image/png"]);
  expect([...new Uint8Array(await inline.arrayBuffer())]).toEqual([1, 2, 3, 255]);
});

test("a file's name cannot end its field, nor a text its part", async () => {
  const text = '--relais\r\nContent-Disposition: form-data; name="bcc"\r\n\r\nevil@example.org\r\n';
  const attachments = [{ filename: 'a"; name="bcc.txt', content: Buffer.from("x") }];
  const form = await sentForm(await sampleMessage({ text, attachments }));
  expect(form.get("bcc")).toBeNull();
  expect(String(form.get("text")).replaceAll("\r\n", "\n")).toBe(text.replaceAll("\r\n", "\n"));
  expect((form.get("attachment") as File).type).toBe("application/octet-stream");
});
