import { createMessage, type Message } from "@relais/core/spi";
import { compile } from "@relais/mime";
import PostalMime from "postal-mime";
import { describe, expect, test } from "vitest";
import { headerBlock, headerValues } from "./header-block.ts";

const plain = { from: "a@relais.test", to: "b@relais.test", subject: "Hello", text: "Hi\n.\nthere" };

describe("compile", () => {
  test("gives the same bytes object for the same message, also to callers at the same time", async () => {
    const message = await createMessage(plain);
    const [first, second] = await Promise.all([compile(message), compile(message)]);
    expect(second).toBe(first);
    expect((await compile(message)).bytes).toBe(first.bytes);
  });

  test("writes the message's own Message-ID and Date", async () => {
    const message = await createMessage({ ...plain, id: "order-17", date: "2026-11-24T06:00:00Z" });
    const { bytes, messageId } = await compile(message);
    expect(messageId).toBe("<order-17@relais.test>");
    expect(headerValues(bytes, "Message-ID")).toEqual(["<order-17@relais.test>"]);
    expect(headerValues(bytes, "Date")).toEqual(["Tue, 24 Nov 2026 06:00:00 +0000"]);
  });

  test("names To and Cc, and nobody in Bcc", async () => {
    const message = await createMessage({ ...plain, cc: "Cee <c@relais.test>", bcc: "secret@relais.test" });
    const { bytes } = await compile(message);
    expect(headerValues(bytes, "To")).toEqual(["b@relais.test"]);
    expect(headerValues(bytes, "Cc")).toEqual(["Cee <c@relais.test>"]);
    expect(bytes.includes("secret@relais.test")).toBe(false);
    expect(bytes.toString().toLowerCase()).not.toContain("bcc");
  });

  test("keeps sender, reply-to, in-reply-to, references and custom headers", async () => {
    const message = await createMessage({
      ...plain,
      sender: "robot@relais.test",
      replyTo: "desk@relais.test",
      inReplyTo: "<1@relais.test>",
      references: ["<0@relais.test>", "<1@relais.test>"],
      headers: { "X-Campaign": "autumn", "List-Unsubscribe": "<https://relais.test/u?id=1>" },
    });
    const { bytes } = await compile(message);
    expect(headerValues(bytes, "Sender")).toEqual(["robot@relais.test"]);
    expect(headerValues(bytes, "Reply-To")).toEqual(["desk@relais.test"]);
    expect(headerValues(bytes, "In-Reply-To")).toEqual(["<1@relais.test>"]);
    expect(headerValues(bytes, "References")).toEqual(["<0@relais.test> <1@relais.test>"]);
    expect(headerValues(bytes, "X-Campaign")).toEqual(["autumn"]);
    expect(headerValues(bytes, "List-Unsubscribe")).toEqual(["<https://relais.test/u?id=1>"]);
  });

  test("carries text, html and attachments with their names, types and content ids", async () => {
    const message = await createMessage({
      ...plain,
      html: '<img src="cid:logo">',
      attachments: [
        { filename: "logo.png", content: Buffer.from([1, 2, 3]), cid: "logo" },
        { filename: "Grüße.txt", content: "grüße", contentType: "text/plain; charset=utf-8" },
      ],
    });
    const mail = (await compile(message)).bytes.toString("latin1");
    expect(mail).toContain("Content-Type: image/png; name=logo.png");
    expect(mail).toContain("Content-ID: <logo>");
    expect(mail).toContain(Buffer.from([1, 2, 3]).toString("base64"));
    expect(mail).toContain(Buffer.from("grüße").toString("base64"));
    expect(mail).toContain("Content-Type: text/html; charset=utf-8");
  });

  test("ends every line in CRLF, whatever the bodies and attachments use", async () => {
    const message = await createMessage({
      ...plain,
      text: "one\ntwo\r\nthree\rfour",
      attachments: [
        { filename: "m.eml", contentType: "message/rfc822", content: "Subject: x\n\nbare\nLF\n" },
      ],
    });
    const mail = (await compile(message)).bytes.toString("latin1");
    expect(mail.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });

  test("leaves the frozen message alone", async () => {
    const message = await createMessage({ ...plain, attachments: [{ filename: "a.txt", content: "x" }] });
    const before = JSON.stringify(message);
    await compile(message);
    expect(JSON.stringify(message)).toBe(before);
  });

  test("never copies a prepared header, and does not remember that it failed", async () => {
    const message = await createMessage(plain);
    const headers = { "X-A": { prepared: true, value: "1\r\nX-Evil: 1" } } as unknown as Message["headers"];
    const forged: Message = { ...message, headers };
    await expect(compile(forged)).rejects.toThrow("headers.X-A must be a string");
    (forged as { headers: Message["headers"] }).headers = { "X-A": "1" };
    expect(headerBlock((await compile(forged)).bytes).map(([name]) => name)).toContain("X-A");
  });

  test("refuses a header whose words are too long to fold, and takes a long one that can be", async () => {
    const long = await createMessage({ ...plain, headers: { "X-Long": "word ".repeat(1_500).trim() } });
    expect(headerValues((await compile(long)).bytes, "X-Long")[0]).toHaveLength(7_499);
    // Free text may be encoded, and encoded words can be folded.
    const endless = await createMessage({ ...plain, subject: "y".repeat(8_000) });
    expect((await PostalMime.parse((await compile(endless)).bytes)).subject === endless.subject).toBe(true);
    // A URL may not, and is found before anybody is asked.
    const headers = { "List-Unsubscribe": `<https://example.org/${"y".repeat(2_000)}>` };
    await expect(createMessage({ ...plain, headers })).rejects.toThrow(
      "headers.List-Unsubscribe: has 2022 characters without a blank; at most 900 fit into a header line",
    );
  });
});
