import { createMessage } from "@relais/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { stored } from "../src/content.ts";
import { storable, storableId } from "../src/trace.ts";

const address = fc.constantFrom("ann@example.net", "Bob <bob@example.net>", '"Zoë, X" <zoe@example.net>');
const text = fc.string({ unit: "grapheme", maxLength: 80 }).filter((one) => !one.includes("\0"));
const line = text.map((one) => one.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, " ").trim());
const input = fc.record(
  {
    from: address,
    to: fc.array(address, { minLength: 1, maxLength: 3 }),
    cc: fc.array(address, { maxLength: 2 }),
    bcc: fc.array(address, { maxLength: 2 }),
    replyTo: address,
    subject: line,
    text,
    html: text,
    id: fc.constantFrom("order-7", "<own@example.org>"),
    inReplyTo: fc.constant("<a@example.org>"),
    references: fc.constant(["<a@example.org>", "<b@example.org>"]),
    tags: fc.constant({ kind: "order" }),
    headers: fc.constant({ "X-Campaign": "7" }),
    attachments: fc.array(
      fc.record({ filename: fc.constantFrom("a.bin", "ä ö.txt"), content: fc.uint8Array({ maxLength: 50 }) }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ["from", "to"] },
);

test("out of what is stored the same message is made again", async () => {
  await fc.assert(
    fc.asyncProperty(input, async (given) => {
      const message = await createMessage(given);
      const { content, attachments } = JSON.parse(JSON.stringify(stored(message, true)));
      const again = await createMessage({
        ...content,
        attachments: attachments.map(({ disposition, content: base64, ...rest }: Record<string, string>) => ({
          ...rest,
          contentDisposition: disposition,
          content: Buffer.from(base64 as string, "base64"),
        })),
      });
      const plain = (one: typeof message) => ({
        ...one,
        attachments: one.attachments.map((file) => ({ ...file, content: [...file.content] })),
      });
      expect(plain(again)).toEqual(plain(message));
    }),
    { numRuns: 200 },
  );
});

test("a far end's own id is kept although it looks like an address", () => {
  expect(storableId("<order-7@example.org>\0")).toBe("<order-7@example.org>\uFFFD");
  expect(storable("250 ok <order-7@example.org>")).toBe("250 ok <address>");
});
