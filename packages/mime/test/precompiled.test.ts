import { createMessage } from "@relais/core/spi";
import { compile, precompiled } from "@relais/mime";
import { expect, test } from "vitest";

const plain = { from: "a@relais.test", to: "b@relais.test", subject: "Hello", text: "Hi" };

test("precompiled bytes are what compile gives, with CRLF line breaks", async () => {
  const message = await createMessage(plain);
  precompiled(message, Buffer.from("Subject: made elsewhere\n\nHi\n"));
  const { bytes, messageId } = await compile(message);
  expect(bytes.toString()).toBe("Subject: made elsewhere\r\n\r\nHi\r\n");
  expect(messageId).toBe(message.messageId);
  expect(await compile(message)).toBe(await compile(message));
});

test("bytes that somebody may have sent already cannot be replaced", async () => {
  const message = await createMessage(plain);
  await compile(message);
  expect(() => precompiled(message, Buffer.from("Subject: x\r\n\r\n"))).toThrow("has been compiled before");
});

test("a header line too long for the wire is refused, and the message can still be compiled", async () => {
  const message = await createMessage(plain);
  const bytes = Buffer.from(`X-Endless: ${"y".repeat(1_000)}\r\n\r\n`);
  expect(() => precompiled(message, bytes)).toThrow("header X-Endless has a line of 1011 characters");
  expect((await compile(message)).bytes.toString()).toContain("Subject: Hello");
});
