import { createMessage, InvalidMessage, type Message, type MessageInput } from "@relais/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const mail = (fields: readonly string[]): string => `${fields.join("\r\n")}\r\n\r\nHello\r\n`;
const rawOf = ({ raw }: Message): string => Buffer.from(raw ?? []).toString("latin1");
const to = async (...fields: string[]): Promise<string> =>
  (await createMessage({ raw: mail(["From: shop@example.org", ...fields]) })).envelope.to.join(" ");

describe("who gets it", () => {
  test.each([
    [["To: =?utf-8?Q?Doe=2C_John?= <ann@example.net>"], "ann@example.net"],
    [["To: =?utf-8?Q?evil=40evil.example=2C?= <ann@example.net>"], "ann@example.net"],
    [["To: =?utf-8?B?PGV2aWxAZXZpbC5leGFtcGxlPg==?= <ann@example.net>"], "ann@example.net"],
    [['To: "evil@evil.example, x" <ann@example.net>'], "ann@example.net"],
    [["To: =?utf-8?Q?Doe,_John?= <ann@example.net>, bob@example.net"], "ann@example.net bob@example.net"],
    [['To: =?utf-8?Q?5"_disk?= <ann@example.net>, bob@example.net'], "ann@example.net bob@example.net"],
    [["To: =?utf-8?Q?(Ann,_x;_y:_z?= <ann@example.net>"], "ann@example.net"],
    [['To: "=?u?Q?a"<bob@example.net>,"b?=" <ann@example.net>'], "bob@example.net ann@example.net"],
    [["To: =?utf-8?Q?ann?=@example.net"], "=?utf-8?Q?ann?=@example.net"],
    [["To: ann@example.net (Ann, evil@evil.example), bob@example.net"], "ann@example.net bob@example.net"],
    [["To: ann@example.net", "To: bob@example.net"], "ann@example.net bob@example.net"],
    [["To: ann@example.net, Ann <ann@EXAMPLE.net>"], "ann@example.net"],
    [["To: Ann", "\t<ann@example.net>,"], "ann@example.net"],
    [["To: undisclosed-recipients:;", "Bcc: ann@example.net"], "ann@example.net"],
    [["To: undisclosed-recipients", "Bcc: ann@example.net"], "ann@example.net"],
    [["To: Team: ann@example.net, bob@example.net;"], "ann@example.net bob@example.net"],
    [["To: ann@example.net; bob@example.net"], "ann@example.net bob@example.net"],
    [["Cc: ann@example.net"], "ann@example.net"],
    [["Subject: x\rBcc: ann@example.net"], "ann@example.net"],
    [["To: ann@example.net", "X-To: x", "not a header: To: evil@evil.example"], "ann@example.net"],
  ])("%j", async (fields, expected) => expect(await to(...fields)).toBe(expected));

  test("a name's encoded words are decoded only when its field has been cut (RFC 2047, 6.2)", async () => {
    const name = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 });
    const word = fc
      .tuple(name, fc.constantFrom("evil@evil.example", ", evil@evil.example", "<evil@evil.example>", ";:,"))
      .map(([text, lure]) => `=?utf-8?B?${Buffer.from(`${text}${lure}`).toString("base64")}?=`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (words, quoted) => {
          const shown = quoted ? `"${words.join(" ")}"` : words.join("\r\n ");
          const message = await createMessage({
            raw: mail([
              `From: ${shown} <shop@example.org>`,
              `To: ${shown} <ann@example.net>, bob@example.net`,
            ]),
          });
          expect(message.envelope).toEqual({
            from: "shop@example.org",
            to: ["ann@example.net", "bob@example.net"],
          });
          expect(message.to.map(({ address }) => address)).toEqual(["ann@example.net", "bob@example.net"]);
        },
      ),
    );
  });

  test("a mail that is sent on goes to those of the newest Resent fields, as by sendmail -t", async () => {
    const older = [
      "Resent-From: x@example.org",
      "Resent-To: old@example.net",
      "Resent-Bcc: older@example.net",
    ];
    const newest = [
      "Resent-From: bob@example.org",
      "Resent-To: new@example.net",
      "Resent-Bcc: hid@example.net",
    ];
    const raw = mail([
      ...newest,
      ...older,
      "From: shop@example.org",
      "To: ann@example.net",
      "Bcc: c@example.net",
    ]);
    const message = await createMessage({ raw });
    expect(message.envelope).toEqual({ from: "bob@example.org", to: ["new@example.net", "hid@example.net"] });
    expect(rawOf(message)).not.toMatch(/bcc/i);
    expect(rawOf(message)).toContain("Resent-To: old@example.net\r\n");
    expect(await to("Resent-From: bob@example.org", "To: ann@example.net")).toBe("ann@example.net");
  });

  test("or to whom it is told, whatever its own fields say", async () => {
    const raw = mail(["From: shop@example.org", "To: not an address at all", "Bcc: x@example.net"]);
    const cases: [MessageInput, { from: string; to: string[] }][] = [
      [{ to: "bob@example.net" }, { from: "shop@example.org", to: ["bob@example.net"] }],
      [
        { cc: "bob@example.net", bcc: ["cee@example.net"] },
        { from: "shop@example.org", to: ["bob@example.net", "cee@example.net"] },
      ],
      [
        { from: "b@example.org", to: "bob@example.net" },
        { from: "b@example.org", to: ["bob@example.net"] },
      ],
      [{ envelope: { from: "", to: ["bob@example.net"] } }, { from: "", to: ["bob@example.net"] }],
      [
        { from: "b@example.org", to: "x@example.net", envelope: { to: "bob@example.net" } },
        { from: "b@example.org", to: ["bob@example.net"] },
      ],
    ];
    for (const [beside, envelope] of cases)
      expect((await createMessage({ raw, ...beside })).envelope).toEqual(envelope);
  });

  test("its sender is the Sender field's, the first author, the default, or nobody to be had", async () => {
    const sender = async (fields: string[], defaultFrom?: string): Promise<string> =>
      (await createMessage({ raw: mail([...fields, "To: a@example.net"]) }, { defaultFrom })).envelope.from;
    expect(await sender(["From: a@example.org, b@example.org", "Sender: b@example.org"])).toBe(
      "b@example.org",
    );
    expect(await sender(["From: a@example.org, b@example.org"])).toBe("a@example.org");
    expect(await sender(["From: root", "Sender: cron@example.org"])).toBe("cron@example.org");
    expect(await sender(["Subject: x"], "default@example.org")).toBe("default@example.org");
    await expect(sender(["Subject: x"])).rejects.toThrow("from: is missing: the mail has no From field");
    await expect(sender(["From: root"])).rejects.toThrow('from: "root" is not an address');
  });
});

const line = fc.constantFrom(
  "Bcc: hidden@example.net",
  "bCC \t: deep@example.net,",
  "Resent-Bcc: hidden@example.net",
  " folded@example.net",
  "\t",
  ":",
  "Subject: =?utf-8?Q?=0D=0ABcc:_x?= =?utf-8?Q?=E2=80=AEx?=",
  "not a header",
  "X-A: b\0c",
  "Message-ID: <a\x1bb> \x85 <c>",
  "Reply-To: <a@b>\x0bBcc: c@d.example",
  "X-B: \x85Bcc: e@f.example\x85",
  'Cc: "a\\" <cee@example.net>',
  "Cc: =?utf-8?B?",
  "Cc: dan@example.net,",
);
const breaks = fc.constantFrom("\r\n", "\n", "\r", "\r\n", "\n", "\r", "\n\r\n", "\r\r\n");
const before = fc.constantFrom("", "", "\xef\xbb\xbf", "\r\n\t\n", "From x Mon\n");
const people = ["From: shop@example.org\nTo: ann@example.net", "\n"] as const;
const oddMail = fc
  .tuple(
    before,
    fc.array(fc.tuple(fc.oneof(line, line, fc.string({ maxLength: 5 })), breaks), { maxLength: 8 }),
    fc.nat(),
  )
  .map(([prefix, lines, at]) => {
    const all = lines.toSpliced(at % (lines.length + 1), 0, [...people]);
    return Buffer.from(prefix + all.flat().join(""), "latin1");
  });

test("whatever is put together, no Bcc is kept, and only addresses get it", async () => {
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(oddMail, async (raw) => {
      const message = await createMessage({ raw }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(InvalidMessage);
        expect(String(error)).not.toMatch(/[\r\n]/);
      });
      if (message === undefined) return;
      sent += 1;
      // As it goes out: a bare CR or LF is a line break then, too.
      const [head = ""] = rawOf(message)
        .replace(/\r\n|\r/g, "\n")
        .split("\n\n", 1);
      expect(head).not.toMatch(/^(?:resent-)?bcc[ \t]*:/im);
      expect(message.envelope.from).toBe("shop@example.org");
      for (const address of message.envelope.to) expect(address).toMatch(/^[a-z]+@example\.net$/);
      const { subject, from, messageId, headers } = message;
      for (const text of [subject, from.name ?? "", messageId, ...Object.values(headers).flat()])
        expect(text).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
    }),
    {
      numRuns: 3_000,
      examples: [
        [Buffer.from(`${people.join("")} \rBcc: hidden@example.net\r\n\nBcc: text@example.net\r\n`)],
      ],
    },
  );
  expect(sent).toBeGreaterThan(300);
});
