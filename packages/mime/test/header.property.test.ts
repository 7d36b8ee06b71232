import { createMessage, InvalidMessage, type Message, type MessageInput } from "@relais/core/spi";
import { compile } from "@relais/mime";
import fc from "fast-check";
import addressparser from "nodemailer/lib/addressparser";
import PostalMime from "postal-mime";
import { expect, test } from "vitest";
import { headerBlock, headerValues } from "./header-block.ts";

// Texts that attackers and users write: any characters, and pieces that end a header or begin another.
const hostile = fc.oneof(
  {
    arbitrary: fc.string({
      unit: fc.constantFrom(
        "a",
        "B",
        "7",
        " ",
        ",",
        ".",
        "-",
        "ä",
        "😀",
        "=?",
        "?=",
        '"',
        "\\",
        "<",
        ">",
        ":",
        ";",
      ),
      maxLength: 200,
    }),
    weight: 8,
  },
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        "\r\n",
        "\n",
        "\r",
        "\0",
        "Bcc: ",
        "X-Evil: 1",
        "=?utf-8?q?",
        "?=",
        "ä",
        "😀",
        " ",
        '"',
        "\\",
        "<",
        ">",
        ",",
        "a",
      ),
      {
        maxLength: 12,
      },
    )
    .map((parts) => parts.join("")),
);
const address = fc.oneof(
  { arbitrary: fc.constantFrom("a@relais.test", "Ann <z@relais.test>"), weight: 6 },
  fc.constantFrom("a@relais.test", "b.c@relais.test", "ünï@relais.test", "d@münchen.test"),
  hostile,
  fc.record({ address: fc.constantFrom("e@relais.test", "f+g@relais.test"), name: hostile }),
);
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

const input: fc.Arbitrary<MessageInput> = fc.record({
  from: fc.record({ address: fc.constant("from@relais.test"), name: fc.oneof(fc.constant("Ann"), hostile) }),
  to: fc.array(address, { minLength: 1, maxLength: 3 }),
  cc: fc.array(address, { maxLength: 2 }),
  bcc: fc.constant("hidden-one@secret.test, hidden-two@secret.test"),
  replyTo: optional(address),
  subject: optional(hostile),
  text: optional(fc.string({ unit: "grapheme", maxLength: 200 })),
  html: optional(fc.string({ unit: "grapheme", maxLength: 200 })),
  headers: fc.dictionary(fc.constantFrom("X-A", "x-b", "List-Id", "Precedence"), hostile, { maxKeys: 3 }),
  attachments: fc.array(
    fc.record({
      filename: hostile,
      content: fc.uint8Array({ maxLength: 100 }),
      contentType: optional(fc.constantFrom("text/plain", "image/png", "message/rfc822")),
    }),
    { maxLength: 2 },
  ),
});

const always = ["message-id", "date", "from", "mime-version", "content-type"];

function meant(message: Message): Set<string> {
  const names = new Set([...always, "content-transfer-encoding", "content-disposition"]);
  if (message.to.length > 0) names.add("to");
  if (message.cc.length > 0) names.add("cc");
  if (message.replyTo.length > 0) names.add("reply-to");
  if (message.subject !== "") names.add("subject");
  for (const name of Object.keys(message.headers)) names.add(name.toLowerCase());
  return names;
}

async function admitted(given: MessageInput): Promise<Message | undefined> {
  try {
    return await createMessage(given);
  } catch (error) {
    if (error instanceof InvalidMessage) return undefined;
    throw error;
  }
}

test("only the headers that are meant go out, each once, and nobody learns who is in Bcc", async () => {
  let seen = 0;
  await fc.assert(
    fc.asyncProperty(input, async (given) => {
      const message = await admitted(given);
      if (message === undefined) return;
      seen += 1;
      const { bytes } = await compile(message);
      const names = headerBlock(bytes).map(([name]) => name.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
      const allowed = meant(message).add("x-relais-id");
      for (const name of names) expect(allowed).toContain(name);
      for (const name of always) expect(names).toContain(name);
      for (const [name, meantFor] of [
        ["From", [message.from]],
        ["To", message.to],
        ["Cc", message.cc],
        ["Reply-To", message.replyTo],
      ] as const) {
        const value = Buffer.from(headerValues(bytes, name).join(", "), "latin1").toString();
        const read = addressparser(value, { flatten: true });
        expect(read.map(({ address }) => address)).toEqual(meantFor.map(({ address }) => address));
      }
      const read = await PostalMime.parse(bytes);
      expect(read.subject ?? "").toBe(message.subject);
      for (const [seen, was] of [
        [[read.from], [message.from]],
        [read.to, message.to],
        [read.cc, message.cc],
        [read.replyTo, message.replyTo],
      ] as const) {
        expect((seen ?? []).map((one) => one?.name ?? "")).toEqual(was.map(({ name = "" }) => name));
      }
      expect(bytes.includes("secret.test")).toBe(false);
      expect(bytes.toString("latin1").replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
      for (const line of bytes.toString("latin1").split("\r\n")) expect(line.length).toBeLessThanOrEqual(998);
    }),
    { numRuns: 600 },
  );
  expect(seen).toBeGreaterThan(50);
}, 60_000);
