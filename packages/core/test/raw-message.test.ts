import { Readable } from "node:stream";
import { createMessage, InvalidMessage, type Message, type MessageInput } from "@relais/core";
import { describe, expect, test } from "vitest";

const mail = (fields: readonly string[], body = "Hello\r\n"): string =>
  `${fields.join("\r\n")}\r\n\r\n${body}`;
const plain = mail(["From: Shop <shop@example.org>", "To: ann@example.net", "Subject: Hi"]);

const rawOf = ({ raw }: Message): string => Buffer.from(raw ?? []).toString("latin1");
const refusal = (input: MessageInput): Promise<string> =>
  createMessage(input).then(
    (message) => `sent to ${message.envelope.to}`,
    (error: unknown) => (error instanceof InvalidMessage ? error.message : `not ours: ${error}`),
  );
describe("the forms in which a mail is given", () => {
  const bytes = Buffer.from(plain);
  test.each<[string, () => MessageInput["raw"]]>([
    ["text", () => plain],
    ["a Buffer", () => bytes],
    ["a Uint8Array", () => new Uint8Array(bytes)],
    ["an ArrayBuffer", () => new Uint8Array(bytes).buffer],
    ["a DataView", () => new DataView(new Uint8Array(bytes).buffer)],
    ["a Blob", () => new Blob([bytes])],
    ["a stream", () => Readable.from([bytes.subarray(0, 10), bytes.subarray(10)])],
    ["a web stream", () => new Blob([bytes]).stream() as unknown as AsyncIterable<Uint8Array>],
    ["base64, as nodemailer has it", () => ({ content: bytes.toString("base64"), encoding: "base64" })],
    ["text with an encoding", () => ({ content: plain, encoding: "utf-8" })],
    ["a stream as content", () => ({ content: Readable.from([bytes]) })],
    ["a Buffer that went through JSON", () => JSON.parse(JSON.stringify(bytes))],
  ])("%s", async (_, raw) => {
    const message = await createMessage({ raw: raw() });
    expect(rawOf(message)).toBe(plain);
    expect(message).toMatchObject({ contentBytes: bytes.length, envelope: { to: ["ann@example.net"] } });
  });

  test("the bytes are the message's own", async () => {
    const given = Buffer.from(plain);
    const message = await createMessage({ raw: given });
    given.fill(0);
    expect(rawOf(message)).toBe(plain);
  });
});

describe("what cannot stand before a mail is cut", () => {
  const bom = "\u00ef\u00bb\u00bf";
  test.each([
    bom,
    "\r\n",
    "\n \t\n",
    "From ann@example.org Mon Nov 30 08:41:56 2026\n",
    `${bom}\n>From x\n\n`,
  ])("%j", async (before) => {
    const message = await createMessage({ raw: Buffer.from(before + plain, "latin1") });
    expect(rawOf(message)).toBe(plain);
  });
  test("a BOM in a text", async () =>
    expect(rawOf(await createMessage({ raw: `\ufeff${plain}` }))).toBe(plain));
});

describe("what is merely shown", () => {
  test("is decoded, on one line, and never stops the mail", async () => {
    const message = await createMessage(
      {
        to: "ann@example.net",
        raw: mail([
          "From: =?utf-8?Q?A=0D=0ABcc:_x?= \t =?utf-8?Q?n=E2=80=AEn?= <shop@example.org>",
          "To: ann@example.net",
          "Cc: ,,, <<< not readable",
          "Reply-To: nobody, at <all",
          "Subject: =?UTF-8?B?w6nDqQ==?= =?UTF-8?Q?_a=0A?=\r\n\tb",
          "Date: Mon, 30 Nov 2026 08:41:56 +0100 (CET)",
          "Message-ID: <a b@c_d> ",
          "In-Reply-To: <x@[1.2.3.4]>",
          "References: <a@b><c@d>\r\n\t<e@f>",
          "List-Unsubscribe: <https://example.org/u>,\r\n <mailto:u@example.org>",
          "X-A: 1",
          "x-a: 2",
          "__proto__: x",
          "Content-Type: text/plain",
        ]),
      },
      { now: 0 },
    );
    expect(message).toMatchObject({
      from: { address: "shop@example.org", name: "A Bcc: xnn" },
      to: [{ address: "ann@example.net" }],
      cc: [],
      replyTo: [],
      subject: "éé a b",
      date: "2026-11-30T07:41:56.000Z",
      messageId: "<a b@c_d>",
      inReplyTo: "<x@[1.2.3.4]>",
      references: ["<a@b>", "<c@d>", "<e@f>"],
      headers: { "List-Unsubscribe": "<https://example.org/u>, <mailto:u@example.org>", "X-A": ["1", "2"] },
    });
    expect(Object.keys(message.headers)).toEqual(["List-Unsubscribe", "X-A"]);
    expect(Object.isFrozen(message)).toBe(true);
  });

  test("an id of its own, else the Message-ID, else a new one; the mail without Message-ID has none", async () => {
    const withId = mail(["From: a@example.org", "To: b@example.net", "Message-ID: <1@app_server>"]);
    expect((await createMessage({ raw: withId })).id).toBe("<1@app_server>");
    expect(await createMessage({ raw: withId, id: "order-7" })).toMatchObject({
      id: "order-7",
      messageId: "<1@app_server>",
    });
    const [one, two] = [await createMessage({ raw: plain }), await createMessage({ raw: plain })];
    expect(one.messageId).toBe("");
    expect(one.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(one.id).not.toBe(two.id);
    expect(rawOf(one)).toBe(plain);
  });
});

describe("refused with a sentence", () => {
  test.each<[MessageInput, string]>([
    [{ raw: Buffer.alloc(0) }, "raw: is empty"],
    [{ raw: "\ufeff\r\n \r\n" }, "raw: is empty"],
    [{ raw: "Hello Ann,\r\nhow are you?" }, "raw: is not a mail: it must begin with a header field"],
    [{ raw: '{"to":"ann@example.net"}' }, "raw: is not a mail"],
    [
      { raw: Buffer.from("\ufeffFrom: a@example.org", "utf16le") },
      "raw: is text in UTF-16; save it as UTF-8",
    ],
    [{ raw: mail(["From: a@example.org"]) }, "to: there is no recipient"],
    [{ raw: mail(["From: a@example.org", "To: ann"]) }, 'to: "ann" is not an address'],
    [{ raw: mail(["From: a@example.org", "To: a@b.example c@d.example"]) }, "to: "],
    [
      { raw: plain, subject: "Other" },
      "subject: cannot be given with raw, a whole mail that is sent as it is",
    ],
    [{ raw: plain, text: "x" }, "text: cannot be given with raw"],
    [{ raw: plain, nonsense: 1 } as MessageInput, "nonsense: cannot be given with raw"],
    [{ raw: plain, envelope: { to: "a@b.example>\r\nRCPT TO:<c@d.example" } }, "envelope.to: "],
    [{ raw: plain, to: "a@b.example\r\nBcc: c@d.example" }, "to: "],
    [{ raw: { content: "not base64!", encoding: "base64" } }, "raw.content: is not base64"],
    [{ raw: 7 as never }, "raw.content: must be a string, bytes or a stream"],
    [{ raw: { path: "/etc/hostname" } }, "raw.path: "],
  ])("%j", async (input, sentence) => {
    const said = await refusal(input);
    expect(said.startsWith(sentence), said).toBe(true);
    expect(said).not.toMatch(/[\r\n]/);
  });

  test("more than the limits allow, but absent fields are absent", async () => {
    const limits = { maxBytes: 100, maxRecipients: 1 };
    await expect(createMessage({ raw: plain.padEnd(200) }, { limits })).rejects.toThrow(
      "raw: has 200 bytes; at most 100",
    );
    await expect(
      createMessage({ raw: plain, to: ["a@example.net", "b@example.net"] }, { limits }),
    ).rejects.toThrow("2 recipients");
    const absent = { raw: plain, subject: "", text: null, attachments: [], headers: undefined, cc: "" };
    expect((await createMessage(absent)).envelope.to).toEqual(["ann@example.net"]);
    expect(
      (await createMessage({ ...absent, raw: "", subject: "s", from: "a@example.org", to: "b@example.net" }))
        .raw,
    ).toBeUndefined();
  });
});
