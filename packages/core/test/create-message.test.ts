import { describe, expect, test } from "vitest";
import { createMessage, isMessage, type MessageInput } from "../src/message/create-message.ts";
import { InvalidMessage } from "../src/message/invalid-message.ts";
import { sampleInput, sampleMessage } from "./sample-message.ts";

const refused = async (input: unknown, limits = {}): Promise<string> => {
  const error: unknown = await createMessage(input as MessageInput, { limits }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InvalidMessage);
  return (error as Error).message;
};
const withField = (more: object) => ({ ...sampleInput(), ...more });

describe("a message", () => {
  test("has all its fields, complete and deeply frozen", async () => {
    const message = await createMessage(
      sampleInput({
        cc: "Bob <bob@example.org>",
        bcc: ["cyd@example.org"],
        replyTo: "help@example.com",
        inReplyTo: "x@example.org",
        references: "<a@b.org> c@d.org",
        headers: { "X-A": "1" },
        tags: { a: "b" },
        id: "order-7",
        date: "2026-01-02T03:04:05Z",
        attachments: [{ content: "x" }],
      }),
    );
    expect(message).toMatchObject({
      id: "order-7",
      messageId: "<order-7@example.com>",
      date: "2026-01-02T03:04:05.000Z",
      inReplyTo: "<x@example.org>",
      references: ["<a@b.org>", "<c@d.org>"],
      envelope: { from: "shop@example.com", to: ["ann@example.org", "bob@example.org", "cyd@example.org"] },
      contentBytes: 6,
    });
    const frozen = (value: unknown): void => {
      if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
      expect(Object.isFrozen(value)).toBe(true);
      for (const inner of Object.values(value)) frozen(inner);
    };
    frozen(message);
  });

  test("passes through as it is, if it is one already", async () => {
    const message = await sampleMessage();
    expect(await createMessage(message as unknown as MessageInput)).toBe(message);
    expect(isMessage(message)).toBe(true);
    expect(isMessage({ ...message })).toBe(false);
  });

  test("takes a default sender, and the time it is told", async () => {
    const message = await createMessage(
      { to: "a@b.org" },
      { defaultFrom: "Shop <s@shop.example>", now: 86_400_000 },
    );
    expect(message.from).toEqual({ address: "s@shop.example", name: "Shop" });
    expect(message.date).toBe("1970-01-02T00:00:00.000Z");
  });

  test("names each recipient once in its envelope, domains without regard to case", async () => {
    const message = await sampleMessage({ to: "a@B.org, A@b.org", cc: "a@b.ORG", bcc: "a@b.org" });
    expect(message.envelope.to).toEqual(["a@B.org", "A@b.org"]);
    expect(message.to).toHaveLength(2);
  });

  test("goes by its sender where it has one, and by an envelope of its own where that is given", async () => {
    expect((await sampleMessage({ sender: "bot@example.net" })).envelope.from).toBe("bot@example.net");
    const own = await sampleMessage({ envelope: { from: "", to: ["Bob <bob@example.org>"] } });
    expect(own.envelope).toEqual({ from: "", to: ["bob@example.org"] });
    expect((await sampleMessage({ envelope: { from: "bounce@example.com" } })).envelope).toEqual({
      from: "bounce@example.com",
      to: ["ann@example.org"],
    });
  });

  test("gets an id of its own, or keeps a whole Message-ID", async () => {
    const [one, other] = [await sampleMessage(), await sampleMessage()];
    expect(one.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(one.messageId).toBe(`<${one.id}@example.com>`);
    expect(one.id).not.toBe(other.id);
    expect((await sampleMessage({ id: "<x.1@y.org>" })).messageId).toBe("<x.1@y.org>");
    expect((await sampleMessage({ id: "x.1@y.org" })).messageId).toBe("<x.1@y.org>");
  });
});

describe("refused with one sentence", () => {
  test.each([
    [null, "message: must be an object, not null"],
    [[], "message: must be an object, not a list"],
    ["hi", 'message: must be an object, not "hi"'],
    [{}, "from: is missing"],
    [{ from: "a@b.org" }, "to: there is no recipient"],
    [withField({ subjct: "x" }), "subjct: is not a field of a message"],
    [JSON.parse('{"__proto__":{"path":"x"},"from":"a@b.org"}'), "__proto__: is not a field of a message"],
    [withField({ raw: "x" }), "raw: is not a field of a message"],
    [withField({ from: ["a@b.org", "c@d.org"] }), "from: must be one address"],
    [withField({ subject: "a\nb" }), "subject: contains a line break"],
    [withField({ subject: "x".repeat(999) }), "subject: has 999 characters; at most 998 are allowed"],
    [withField({ text: 5 }), "text: must be a string, not 5"],
    [withField({ text: "a\0" }), "text: contains a NUL character"],
    [withField({ html: "a\ud800" }), "html: contains half a character (a lone surrogate)"],
    [withField({ html: { path: "/etc/passwd" } }), "html: must be a string, not an object"],
    [withField({ date: "yesterday" }), 'date: "yesterday" is not a date'],
    [withField({ date: 5 }), "date: 5 is not a date"],
    [withField({ date: new Date(Number.NaN) }), "date: an object is not a date"],
    [withField({ date: "0099-01-01" }), "date: the year 99 is out of range"],
    [
      withField({ id: "a b" }),
      'id: "a b" must be letters, digits, ., _ and - (at most 128), or a Message-ID',
    ],
    [withField({ id: "<a@b.org" }), 'id: "<a@b.org" is not a Message-ID'],
    [withField({ inReplyTo: "x" }), 'inReplyTo: "x" is not a Message-ID'],
    [withField({ references: ["<a@b.org>", 5] }), "references[1]: must be a string, not 5"],
    [
      withField({ references: Array(201).fill("<a@b.org>") }),
      "references: has 201 entries; at most 200 are allowed",
    ],
    [withField({ envelope: [] }), "envelope: must be an object, not a list"],
    [withField({ envelope: { size: 5 } }), "envelope.size: is not a field of an envelope"],
    [withField({ envelope: { to: [] } }), "envelope.to: there is no recipient"],
    [withField({ envelope: { from: "a" } }), 'envelope.from: "a" is not an address: it has no @'],
    [
      withField({ envelope: { from: "a@b.org\r\nRCPT TO:<e@e.org>" } }),
      "envelope.from: contains a line break",
    ],
  ])("%#: %o", async (input, sentence) => {
    expect(await refused(input)).toBe(sentence);
  });

  test("too many recipients and too many bytes, counted together", async () => {
    expect(await refused(sampleInput({ to: "a@b.org, b@b.org", cc: "c@b.org" }), { maxRecipients: 2 })).toBe(
      "to: has 3 recipients; at most 2 are allowed",
    );
    const input = sampleInput({ text: "ééé", html: "abc", attachments: [{ content: "xx" }] });
    expect(await refused(input, { maxBytes: 10 })).toBe("message: has 11 bytes; at most 10 are allowed");
    expect((await createMessage(input, { limits: { maxBytes: 11 } })).contentBytes).toBe(11);
  });

  test("a getter or a proxy that throws", async () => {
    const trap = {
      ...sampleInput(),
      get subject(): string {
        throw new Error("boom /secret");
      },
    };
    expect(await refused(trap)).toBe("message: could not be read");
    const proxy = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("boom");
        },
      },
    );
    expect(await refused(proxy)).toBe("message: could not be read");
  });

  test("a name of a field cannot break out of the sentence", async () => {
    const message = await refused({ ...sampleInput(), attachments: [{ content: "x", "a\r\nb\u202e": 1 }] });
    expect(message).toBe("attachments[0].a b: is not a field of an attachment");
    expect(await refused(withField({ subject: Symbol("a\r\nb") }))).toBe(
      "subject: must be a string, not Symbol(a b)",
    );
  });
});

test("a date that lies about its text is asked for its time", async () => {
  class Liar extends Date {
    override toISOString(): string {
      return "x\r\nBcc: eve@example.org";
    }
  }
  expect((await sampleMessage({ date: new Liar(0) })).date).toBe("1970-01-01T00:00:00.000Z");
});

test("the field that an error names is one short line, whoever made it up", () => {
  expect(new InvalidMessage("a\r\nb\u202e", "is wrong")).toMatchObject({
    field: "a b",
    message: "a b: is wrong",
  });
  expect(new InvalidMessage("\r\n", "is wrong").message).toBe('"": is wrong');
  expect(new InvalidMessage("x".repeat(500), "is wrong").field.length).toBeLessThanOrEqual(120);
});
