import { createMessage, type Message, type MessageInput } from "@relais/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { deserialize, serialize } from "../src/enqueue/serialize.ts";
import type { StoredContent } from "../src/store/enqueue.ts";
import { storable, storableId } from "../src/store/trace.ts";

const address = fc.constantFrom("ann@example.net", "Bob <bob@example.net>", '"Zoë, X" <zoe@example.net>');
const text = fc.string({ unit: "grapheme", maxLength: 80 }).filter((one) => !one.includes("\0"));
const line = text.map((one) => one.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, " ").trim());
const input = fc.record(
  {
    from: fc.oneof(address, fc.constant(["Ann <ann@example.net>", "bob@example.net"])),
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
    headers: fc.constantFrom({ "X-Campaign": "7" }, { "X-Campaign": ["7", "8"] }),
    sender: address,
    messageId: fc.constant("<other@example.org>"),
    dsn: fc.constantFrom({ notify: "never" }, { return: "headers", id: "e1", notify: ["failure", "delay"] }),
    icalEvent: fc.constantFrom("BEGIN:VCALENDAR\r\nMETHOD:CANCEL", {
      filename: "a.ics",
      content: "BEGIN:VCALENDAR",
    }),
    amp: fc.constant("<html ⚡4email>"),
    alternatives: fc.array(
      fc.record({
        contentType: fc.constant("text/x-web-markdown"),
        content: fc.uint8Array({ maxLength: 50 }),
      }),
      { maxLength: 2 },
    ),
    attachments: fc.array(
      fc.record({ filename: fc.constantFrom("a.bin", "ä ö.txt"), content: fc.uint8Array({ maxLength: 50 }) }),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ["from", "to"] },
);

/** The message that a worker makes of what went into the database as JSON. */
async function workers(message: Message, keepsId: boolean): Promise<Message> {
  const { content, attachments } = JSON.parse(JSON.stringify(serialize(message, keepsId)));
  const files = attachments.map(({ disposition, content: base64, ...rest }: Record<string, string>) => ({
    ...rest,
    contentDisposition: disposition,
    content: Buffer.from(base64 as string, "base64"),
  }));
  const row = { id: "0190-row", created_at: new Date(0) };
  return createMessage(deserialize(content as StoredContent, files, row));
}

const bytes = (content: Uint8Array): readonly number[] => [...content];
const plain = (one: Message) => ({
  ...one,
  attachments: one.attachments.map((file) => ({ ...file, content: bytes(file.content) })),
  alternatives: one.alternatives.map((form) => ({ ...form, content: bytes(form.content) })),
  icalEvent: one.icalEvent && { ...one.icalEvent, content: bytes(one.icalEvent.content) },
});

test("out of what is stored the same message is made again", async () => {
  await fc.assert(
    fc.asyncProperty(input, async (given) => {
      const unsubscribe = { url: "https://example.org/u", stream: "news", mailto: "u@example.org" };
      const made = await createMessage(given as MessageInput);
      const isOne = made.envelope.to.length === 1;
      const message = isOne ? await createMessage({ ...given, unsubscribe } as MessageInput) : made;
      const { headers, tags, ...again } = plain(await workers(message, true));
      const { headers: own, tags: ownTags, ...expected } = plain(message);
      expect(again).toEqual(expected);
      expect(headers).toEqual({ "X-Relais-Id": "0190-row", ...own });
      expect(tags).toEqual({ relais_id: "0190-row", ...ownTags });
    }),
    { numRuns: 200 },
  );
});

test("a whole mail comes out as the same bytes, to the same people, under the row's id", async () => {
  const fields = [
    "From: shop@example.org",
    "To: ann@example.net",
    "Subject: =?utf-8?Q?a=00b?=",
    "Bcc: h@example.net",
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom("\r\n", "\n", "\r"),
      fc.boolean(),
      async (body, eol, keepsId) => {
        // CR CR LF is one line break: such a body would take the empty line before it along.
        fc.pre(!(eol === "\r" && body[0] === 10));
        const raw = Buffer.concat([Buffer.from(`${fields.join(eol)}${eol}${eol}`), body]);
        const dsn = { notify: "never" };
        const message = await createMessage({
          raw,
          tags: { kind: "a" },
          dsn,
          ...(keepsId ? { id: "order-7" } : {}),
        });
        const again = await workers(message, keepsId);
        expect(Buffer.from(again.raw ?? [])).toEqual(Buffer.from(message.raw ?? []));
        expect(again.raw?.length).toBe(raw.length - `Bcc: h@example.net${eol}`.length);
        expect(again.envelope).toEqual({
          from: "shop@example.org",
          to: ["ann@example.net", "h@example.net"],
        });
        expect(again).toMatchObject({
          id: keepsId ? "order-7" : "0190-row",
          tags: { relais_id: "0190-row", kind: "a" },
          dsn: { notify: ["never"] },
          subject: message.subject,
          headers: message.headers,
        });
      },
    ),
  );
});

test("a row that somebody wrote may hold a whole mail, too", async () => {
  const content = Buffer.from("From: a@example.org\r\nTo: b@example.net\r\n\r\nx").toString("base64");
  const row = { id: "0190-row", created_at: new Date(0) };
  const message = await createMessage(deserialize({ raw: { content, encoding: "base64" } }, [], row));
  expect(Buffer.from(message.raw ?? []).toString("base64")).toBe(content);
  expect(message).toMatchObject({ id: "0190-row", envelope: { to: ["b@example.net"] } });
});

test("a far end's own id is kept although it looks like an address", () => {
  expect(storableId("<order-7@example.org>\0")).toBe("<order-7@example.org>\uFFFD");
  expect(storable("250 ok <order-7@example.org>")).toBe("250 ok <address>");
});
