import { describe, expect, test } from "vitest";
import { createMessage, isMessage, type MessageInput } from "../src/message/create-message.ts";
import { InvalidMessage } from "../src/message/fields.ts";
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
      { to: "a@b.org", text: "x" },
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

describe("absent is absent", () => {
  const optional = [
    "sender",
    "cc",
    "bcc",
    "replyTo",
    "inReplyTo",
    "references",
    "subject",
    "text",
    "html",
    "amp",
    "watchHtml",
    "icalEvent",
    "alternatives",
    "attachments",
    "headers",
    "list",
    "priority",
    "xMailer",
    "dsn",
    "id",
    "messageId",
    "tags",
    "date",
    "envelope",
  ];
  test.each(optional)("%s: null, undefined, an empty text or list", async (field) => {
    const least = { from: "a@b.org", to: "c@d.org", ...(field === "text" ? { html: "x" } : { text: "x" }) };
    const { id: _, messageId: __, date: ___, ...bare } = await createMessage(least);
    for (const value of [null, undefined, "", []]) {
      const made = await createMessage({ ...least, [field]: value });
      const { id, messageId: ____, date: _____, ...rest } = made;
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      expect(rest).toEqual(bare);
    }
  });
});

describe("fields that nodemailer has", () => {
  test("several authors: the first is the sender, unless one is given", async () => {
    const message = await sampleMessage({ from: "Ann <ann@example.org>, bob@example.org" });
    expect(message.authors.map(({ address }) => address)).toEqual(["ann@example.org", "bob@example.org"]);
    expect(message.from).toEqual({ address: "ann@example.org", name: "Ann" });
    expect(message.sender?.address).toBe("ann@example.org");
    expect(message.envelope.from).toBe("ann@example.org");
    const other = await sampleMessage({
      from: "ann@example.org, bob@example.org",
      sender: "cee@example.org",
    });
    expect(other.sender?.address).toBe("cee@example.org");
  });

  test("a calendar event, its method taken from its content, and other alternatives", async () => {
    const ics = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";
    const message = await sampleMessage({
      icalEvent: ics,
      amp: "<html amp4email></html>",
      alternatives: [{ contentType: "text/x-web-markdown", content: "# Hi" }],
    });
    expect(message.icalEvent).toMatchObject({ method: "REQUEST", filename: "invite.ics" });
    expect(message.alternatives.map(({ contentType }) => contentType)).toEqual([
      "text/x-amp-html; charset=utf-8",
      "text/x-web-markdown",
    ]);
    const cancel = await sampleMessage({ icalEvent: { method: "cancel", filename: "x.ics", content: ics } });
    expect(cancel.icalEvent).toMatchObject({ method: "CANCEL", filename: "x.ics" });
  });

  test("list and priority become headers", async () => {
    const { headers } = await sampleMessage({
      priority: "high",
      list: {
        unsubscribe: [
          "https://example.org/u",
          [{ url: "u@example.org", comment: "By mail (slow)" }, "example.org/v"],
        ],
        id: { url: "https://news.example.org", comment: 'The "News"' },
        help: null,
      },
    });
    expect({ ...headers }).toEqual({
      "List-Unsubscribe": [
        "<https://example.org/u>",
        "<mailto:u@example.org> (By mail \\(slow\\)), <http://example.org/v>",
      ],
      "List-ID": '"The \\"News\\"" <news.example.org>',
      "X-Priority": "1 (Highest)",
      "X-MSMail-Priority": "High",
      Importance: "High",
    });
  });

  test("DSN, in nodemailer's words and in SMTP's", async () => {
    const asked = await sampleMessage({ dsn: { return: "headers", id: "x", notify: ["failure", "delay"] } });
    expect(asked.dsn).toEqual({ return: "headers", id: "x", notify: ["failure", "delay"] });
    const other = await sampleMessage({
      dsn: { ret: "HDRS", envid: "x", notify: "never", orcpt: "rfc822;a@b.org" },
    });
    expect(other.dsn).toEqual({ return: "headers", id: "x", notify: ["never"], recipient: "a@b.org" });
  });

  test("ids of others as they came", async () => {
    const ids = [
      "<1234.JavaMail.root@app_server>",
      "<abc@[192.0.2.1]>",
      `<${"A".repeat(300)}@example.org>`,
      "<no-at>",
      "<x@>",
      "<foo@bar@baz>",
      "<PR123:456@example.org>",
      "<a@b.org><c@d.org>",
    ];
    const message = await sampleMessage({ inReplyTo: ids[0], references: ids });
    expect(message.inReplyTo).toBe(ids[0]);
    expect(message.references).toEqual(ids);
    expect((await sampleMessage({ references: ids.join("\r\n ") })).references).toEqual(ids);
    expect((await sampleMessage({ inReplyTo: "<a@b.org> <c@d.org>" })).inReplyTo).toBe("<a@b.org> <c@d.org>");
    expect((await sampleMessage({ inReplyTo: "a@b.org" })).inReplyTo).toBe("<a@b.org>");
    // None of these can stand in a header; the mail goes all the same.
    expect(
      (await sampleMessage({ references: ["<ü@b.org>", `<${"x".repeat(1_000)}@b.org>`] })).references,
    ).toEqual([]);
    const thread = Array.from({ length: 300 }, (_, i) => `<${i}@b.org>`);
    expect((await sampleMessage({ references: thread })).references).toEqual([
      thread[0],
      ...thread.slice(101),
    ]);
  });

  test("a key of any printable form, and a Message-ID beside it", async () => {
    const made = await sampleMessage({ id: "order/4711:confirm" });
    expect(made.id).toBe("order/4711:confirm");
    expect(made.messageId).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
    expect((await sampleMessage({ id: "order/4711:confirm" })).messageId).toBe(made.messageId);
    expect(await sampleMessage({ id: "order 4711 Größe\n" })).toMatchObject({
      id: "order 4711 Größe",
      messageId: expect.stringMatching(/^<[0-9a-f]{32}@example\.com>$/),
    });
    expect(await sampleMessage({ id: "order-7", messageId: "<1@my_host.local>" })).toMatchObject({
      id: "order-7",
      messageId: "<1@my_host.local>",
    });
    expect(await sampleMessage({ messageId: "1@my_host.local" })).toMatchObject({
      messageId: "<1@my_host.local>",
    });
  });

  test.each([
    ["Mon, 30 Nov 2026 08:41:56 MET", "07:41:56"],
    ["Mon, 30 Nov 2026 08:41:56 CEST", "06:41:56"],
    ["Mon, 30 Nov 2026 8.41.56 +0100", "07:41:56"],
    ["Mo, 30 Nov 2026 08:41:56 +0100", "07:41:56"],
    ["Mon, 30 Nov 2026 08:41:56 +0200 (GMT+02:00)", "06:41:56"],
    ["Mon, 30 Nov 2026 08:41:56 UT", "08:41:56"],
    ["30 Nov 26 08:41 EST", "13:41:00"],
    ["30-Nov-2026 08:41 IST", "03:11:00"],
    ["2026-11-30T08:41:56Z", "08:41:56"],
  ])("the date %s", async (date, time) => {
    expect((await sampleMessage({ date })).date).toBe(`2026-11-30T${time}.000Z`);
  });

  test("texts of numbers, bytes and streams; dates in ms", async () => {
    const message = await sampleMessage({
      subject: 4711,
      text: Buffer.from("Grüße"),
      html: { content: "PGI+", encoding: "base64" },
      date: 86_400_000,
    });
    expect(message).toMatchObject({
      subject: "4711",
      text: "Grüße",
      html: "<b>",
      date: "1970-01-02T00:00:00.000Z",
    });
  });
});

describe("refused with one sentence", () => {
  test.each([
    [null, "message: must be an object, not null"],
    [[], "message: must be an object, not a list"],
    ["hi", 'message: must be an object, not "hi"'],
    [{}, "from: is missing"],
    [{ from: "a@b.org" }, "to: there is no recipient"],
    [withField({ subjct: "x" }), "subjct: is not a field of a message; did you mean subject?"],
    [JSON.parse('{"__proto__":{"path":"x"},"from":"a@b.org"}'), "__proto__: is not a field of a message"],
    [withField({ subject: "a\nBcc: b" }), "subject: contains a line break that would begin another header"],
    [withField({ subject: "x".repeat(8193) }), "subject: has 8193 characters; at most 8192 are allowed"],
    [withField({ text: true }), "text: must be a string, not true"],
    [withField({ html: "a\ud800" }), "html: contains half a character (a lone surrogate)"],
    [
      withField({ html: { path: "/etc/passwd" } }),
      "html.path: files may not be attached by path; give content, or set allowFiles",
    ],
    [
      withField({ text: { href: "http://169.254.169.254/" } }),
      "text.href: URLs may not be attached; fetch it and give its content",
    ],
    [withField({ date: "yesterday" }), 'date: "yesterday" is not a date'],
    [withField({ date: Number.NaN }), "date: NaN is not a date"],
    [withField({ date: new Date(Number.NaN) }), "date: an object is not a date"],
    [withField({ date: "0099-01-01" }), "date: the year 99 is out of range"],
    [withField({ id: "<a@b.org" }), 'id: "<a@b.org" is not a Message-ID'],
    [
      withField({ inReplyTo: "<a@b.org>\r\nBcc: c" }),
      "inReplyTo: contains a line break that would begin another header",
    ],
    [withField({ references: ["<a@b.org>", {}] }), "references[1]: must be a string, not an object"],
    [withField({ envelope: ["a@b.org"] }), "envelope: must be an object, not a list"],
    [withField({ envelope: { size: 5 } }), "envelope.size: is not a field of an envelope"],
    [withField({ to: null, envelope: { to: [] } }), "to: there is no recipient"],
    [withField({ envelope: { from: "a" } }), 'envelope.from: "a" is not an address: it has no @'],
    [
      withField({ envelope: { from: "a@b.org\r\nRCPT TO:<e@e.org>" } }),
      "envelope.from: contains a line break within an address",
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
