import { type SmtpServer, smtpServer } from "@relais/conformance";
import { createChain } from "@relais/core";
import { relaisTransport } from "@relais/nodemailer";
import { smtp } from "@relais/smtp";
import { createTransport, type Transporter } from "nodemailer";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

let server: SmtpServer;
let transporter: Transporter;
beforeAll(async () => {
  server = await smtpServer({ smtpUtf8: true });
  const { host, port } = server;
  transporter = createTransport(
    relaisTransport(createChain([smtp({ host, port })])),
  ) as unknown as Transporter;
});
beforeEach(() => server.reset());
afterAll(async () => {
  transporter.close();
  await server.close();
});

const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };
const send = (over: object): Promise<{ code: string; message: string } | undefined> =>
  transporter.sendMail({ ...mail, ...over } as never).then(
    () => undefined,
    (error) => error,
  );
const prepared = (value: string) => ({ headers: { "X-A": { prepared: true, value } } });
const evil = "evil@evil.example";

describe("what would add a header, a recipient or a command is refused", () => {
  test.each<[string, object, "EMESSAGE" | "EENVELOPE"]>([
    ["a prepared header with another one", prepared(`a\r\nBcc: ${evil}`), "EMESSAGE"],
    ["by LF", prepared(`a\nBcc: ${evil}`), "EMESSAGE"],
    ["by CR", prepared(`a\rBcc: ${evil}`), "EMESSAGE"],
    ["behind a fold", prepared(`a\r\n b\r\nBcc: ${evil}`), "EMESSAGE"],
    ["with a body", prepared("a\r\n\r\n<script>"), "EMESSAGE"],
    ["behind lines of blanks", prepared(`a\r\n \r\n\t\r\nX-B: ${evil}`), "EMESSAGE"],
    [
      "folded",
      { headers: { "X-A": { prepared: true, foldLines: true, value: `a\r\nTo: ${evil}` } } },
      "EMESSAGE",
    ],
    [
      "in a list of headers",
      { headers: [{ key: "X-A", value: { prepared: true, value: `a\nFrom: ${evil}` } }] },
      "EMESSAGE",
    ],
    [
      "in one of several",
      { headers: { "X-A": ["a", { prepared: true, value: `b\nFrom: ${evil}` }] } },
      "EMESSAGE",
    ],
    [
      "in an attachment",
      { attachments: [{ content: "x", headers: { "X-A": { prepared: true, value: "a\r\n\r\n<b>" } } }] },
      "EMESSAGE",
    ],
    [
      "in an alternative",
      { alternatives: [{ content: "x", headers: { "X-A": { prepared: true, value: "a\nb: c" } } }] },
      "EMESSAGE",
    ],
    ["a recipient with a header", { to: `ann@example.net\r\nBcc: ${evil}` }, "EENVELOPE"],
    ["a recipient with a folded one", { to: `ann@example.net\r\n Bcc: ${evil}` }, "EENVELOPE"],
    ["behind a comma", { cc: `ann@example.net,\r\nBcc: ${evil}` }, "EENVELOPE"],
    ["two recipients in two lines", { to: `ann@example.net\n${evil}` }, "EENVELOPE"],
    [
      "an address as object with a command",
      { to: { name: "", address: `ann@example.net>\r\nRCPT TO:<${evil}` } },
      "EENVELOPE",
    ],
    ["with a bracket", { to: [{ name: "Ann", address: `ann@example.net> <${evil}` }] }, "EENVELOPE"],
    [
      "in a group",
      { to: [{ name: "G", group: [{ name: "", address: `a@b.example\n${evil}` }] }] },
      "EENVELOPE",
    ],
    [
      "an envelope with a command",
      { envelope: { from: "a@example.org", to: `ann@example.net>\r\nRCPT TO:<${evil}>` } },
      "EENVELOPE",
    ],
    [
      "an envelope's sender with a command",
      { envelope: { from: `a@example.org>\r\nRCPT TO:<${evil}>`, to: "ann@example.net" } },
      "EENVELOPE",
    ],
    [
      "an envelope with a bracket",
      { envelope: { from: "a@example.org", to: [`ann@example.net> RCPT TO:<${evil}>`] } },
      "EENVELOPE",
    ],
    [
      "an envelope's copy",
      { envelope: { from: "a@example.org", to: "ann@example.net", cc: `b@example.net\n${evil}` } },
      "EENVELOPE",
    ],
    ["a sender with a header", { sender: `a@example.org\r\nSubject: other` }, "EENVELOPE"],
    ["an answer's address with a header", { replyTo: `a@example.org\r\nBcc: ${evil}` }, "EENVELOPE"],
  ])("%s", async (_, over, code) => {
    const error = await send(over);
    expect(error).toMatchObject({ code });
    expect(error?.message).not.toMatch(/[\r\n]/);
    expect(server.connections).toBe(0);
  });
});

describe("what nodemailer encodes is sent, and adds nothing", () => {
  test.each<[string, object]>([
    ["a subject", { subject: `a\r\nBcc: ${evil}` }],
    ["a header", { headers: { "X-A": `a\r\nBcc: ${evil}` } }],
    ["a header's name", { headers: { [`X-A: a\r\nBcc: ${evil}\r\nX-B`]: "x" } }],
    ["a name", { from: { name: `Ann\r\nBcc: ${evil}`, address: "shop@example.org" } }],
    ["an id", { messageId: `<a@b>\r\nBcc: ${evil}` }],
    ["references", { references: `<a@b>\r\nBcc: ${evil}`, inReplyTo: `<a@b>\nTo: ${evil}` }],
    ["a date", { date: `today\r\nBcc: ${evil}` }],
    [
      "a file's name and type",
      {
        attachments: [
          { filename: `a\r\nBcc: ${evil}`, content: "x", contentType: `text/plain\r\nBcc: ${evil}` },
        ],
      },
    ],
    [
      "a list's comment",
      {
        list: { unsubscribe: { url: `https://example.org/\r\nBcc: ${evil}`, comment: `x\r\nBcc: ${evil}` } },
      },
    ],
    ["a mailer", { xMailer: `a\r\nBcc: ${evil}` }],
    ["a fold", prepared("one\r\n two\r\n\tthree\r\n")],
    ["a fold of blanks", prepared("one\r\n \r\n\ttwo")],
    ["a list in lines", { to: "ann@example.net,\r\n Bob\r\n <bob@example.net>,\n" }],
    ["a name with an arrow", { to: '"A > B" <ann@example.net>, C (see d@example.org) <bob@example.net>' }],
  ])("%s", async (_, over) => {
    expect(await send(over)).toBeUndefined();
    const [got] = server.accepted;
    expect(got?.from).toBe("shop@example.org");
    for (const address of got?.to ?? []) expect(["ann@example.net", "bob@example.net"]).toContain(address);
    const { from, to, cc, bcc, headers, text, subject } = await PostalMime.parse(got?.data ?? "");
    expect(bcc).toBeUndefined();
    expect(cc).toBeUndefined();
    expect(from?.address).toBe("shop@example.org");
    expect(to?.map(({ address }) => address)).toEqual(got?.to);
    expect(headers.filter(({ key }) => ["from", "to", "subject"].includes(key))).toHaveLength(3);
    expect(text?.trim()).toBe("Hello");
    if (!("subject" in over)) expect(subject).toBe("Hello");
  });
});

test("what shows letters in another order is taken out of names, subject and file names, however it is written", async () => {
  const rlo = "\u202e";
  const words = [
    "=?UTF-8?B?4oCuZ3Bq?=",
    "=?utf-8?Q?=E2=80=AEgpj?=",
    "=?UTF-8?B?4oA=?= =?UTF-8?B?rmdwag==?=",
    "=?utf-16be?B?IC4AZwBwAGo=?=",
    "=?utf-7?Q?+IC4-gpj?=",
  ];
  for (const text of [`${rlo}gpj`, ...words]) {
    server.reset();
    const name = `Ann ${text}`;
    const files = [{ filename: `a${text}.exe`, content: "x" }];
    const people = {
      from: { name, address: "shop@example.org" },
      to: `"${name}" <ann@example.net>`,
      replyTo: [name, "a@example.org"],
    };
    expect(await send({ ...people, subject: `see ${text}`, attachments: files })).toBeUndefined();
    const got = server.accepted[0]?.data ?? Buffer.alloc(0);
    const { from, to, subject, attachments } = await PostalMime.parse(got);
    for (const one of [from?.name, to?.[0]?.name, subject, attachments[0]?.filename]) {
      expect(one, text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\ufffd]/);
      expect(one, text).toContain("gpj");
      expect(one, "UTF-7").not.toContain("IC4");
    }
  }
});

test("a whole mail without an envelope goes to the recipients that its header fields name, and says the id that it has", async () => {
  const raw = `From: shop@example.org\r\nTo: ann@example.net\r\nBcc: bob@example.net\r\n\r\nHello\r\n`;
  const info = await transporter.sendMail({ raw });
  expect(server.accepted[0]).toMatchObject({
    from: "shop@example.org",
    to: ["ann@example.net", "bob@example.net"],
  });
  expect(server.accepted[0]?.data.toString()).toBe(raw.replace(/Bcc.*\r\n/, ""));
  expect(info.messageId).toBe("");
  for (const envelope of [
    { from: "a@example.org", to: [] },
    { from: "a@example.org", to: "" },
  ])
    await expect(transporter.sendMail({ raw, envelope })).rejects.toMatchObject({ code: "EENVELOPE" });
  await expect(
    transporter.sendMail({ ...mail, envelope: { from: "a@example.org", to: [] } }),
  ).rejects.toMatchObject({
    code: "EENVELOPE",
  });
});

test("limits count what a mail holds, not its encoded form", async () => {
  const { host, port } = server;
  const limits = { maxBytes: 3_000, maxAttachments: 2, maxRecipients: 2 };
  const one = createTransport(
    relaisTransport(createChain([smtp({ host, port })]), { limits }),
  ) as unknown as Transporter;
  const file = (bytes: number) => ({ filename: "a.bin", content: Buffer.alloc(bytes) });
  await one.sendMail({ ...mail, attachments: [file(1_400), file(1_400)] });
  for (const [over, code] of [
    [{ attachments: [file(3_001)] }, "EMESSAGE"],
    [{ attachments: [file(1), file(1), file(1)] }, "EMESSAGE"],
    [{ to: "a@x.example, b@x.example, c@x.example" }, "EENVELOPE"],
    [{ raw: `From: a@x.example\r\nTo: b@x.example\r\n\r\n${"x".repeat(3_000)}` }, "EMESSAGE"],
    [{ raw: "no mail at all", envelope: { from: "a@x.example", to: "b@x.example" } }, "EMESSAGE"],
  ] as const)
    await expect(one.sendMail({ ...mail, ...over } as never)).rejects.toMatchObject({ code });
  one.close();
});
