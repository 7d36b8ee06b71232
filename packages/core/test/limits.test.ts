import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Message } from "../src/message/message.ts";
import { nextPart, overLimits, type ProviderLimits } from "../src/provider/limits.ts";
import { sampleMessage } from "./sample-message.ts";

const people = (count: number) => Array.from({ length: count }, (_, i) => `r${i}@example.org`);
const envelope = (to: readonly string[], from = "shop@example.com") => ({ from, to });
const having = (message: Message, more: Partial<Message>): Message => ({ ...message, ...more });

/** All parts, as a chain takes them one after the other. */
function partsOf(message: Message, to: readonly string[], limits: ProviderLimits) {
  const parts: { to: readonly string[]; over?: string | undefined }[] = [];
  for (let rest = to; rest.length > 0; ) {
    const part = nextPart(message, envelope(rest), limits) ?? { to: rest };
    parts.push(part);
    rest = rest.filter((address) => !part.to.includes(address));
  }
  return parts;
}

describe("recipients", () => {
  test("are split into as few parts as can be, each once, in order", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        async (n, maxRecipients) => {
          const to = people(n);
          const parts = partsOf(await sampleMessage({ to }), to, { maxRecipients });
          expect(parts.flatMap((part) => part.to)).toEqual(to);
          expect(parts).toHaveLength(Math.ceil(n / maxRecipients));
          for (const part of parts) expect(part.to.length).toBeLessThanOrEqual(maxRecipients);
        },
      ),
    ));

  test("where one has to be visible, hidden ones are never together without one", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        async (shown, hidden, maxRecipients) => {
          fc.pre(shown + hidden > 0);
          const to = people(shown + hidden);
          const cut = Math.ceil(shown / 2);
          const message = await sampleMessage({
            to: to.slice(0, cut),
            cc: to.slice(cut, shown),
            bcc: to.slice(shown),
          });
          const parts = partsOf(message, message.envelope.to, { maxRecipients, visibleRecipient: true });
          expect(parts.flatMap((part) => part.to).sort()).toEqual([...to].sort());
          const visible = new Set(to.slice(0, shown));
          for (const part of parts) {
            expect(part.to.length).toBeLessThanOrEqual(maxRecipients);
            if (part.to.length > 1) expect(part.to.some((one) => visible.has(one))).toBe(true);
          }
          // Those who are meant to see each other do, as far as the bound allows.
          const withVisible = parts.filter((part) => part.to.some((one) => visible.has(one)));
          expect(withVisible).toHaveLength(Math.ceil(shown / maxRecipients));
        },
      ),
    ));

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, "50" as unknown as number])(
    "a bound of %s is none",
    async (maxRecipients) => {
      const to = people(80);
      const message = await sampleMessage({ to });
      expect(nextPart(message, envelope(to), { maxRecipients })).toBeUndefined();
    },
  );
});

describe("bytes", () => {
  const of = (bytes: number, text = "") =>
    sampleMessage({ text, attachments: [{ filename: "a.bin", content: Buffer.alloc(bytes) }] });
  const why = async (message: Promise<Message>, limits: ProviderLimits) =>
    overLimits(await message, envelope(people(1)), limits);

  test.each([
    [30, "base64", 40, true],
    [30, "base64", 39, false],
    [31, "base64", 43, false],
    [31, "base64", 44, true],
    [30, undefined, 30, true],
    [30, undefined, 29, false],
  ] as const)(
    "%d of an attachment, as %s, and %d are taken: %s",
    async (bytes, attachmentEncoding, maxBytes, fits) => {
      const said = await why(of(bytes), { attachmentEncoding, maxBytes });
      expect(said === undefined).toBe(fits);
      if (!fits) expect(said).toMatch(/^message too large: at least \d+ bytes; at most \d+ are taken$/);
    },
  );

  test("text and html count in UTF-8", async () => {
    const message = sampleMessage({ text: "\u00fc", html: "\u20ac" });
    expect(await why(message, { maxBytes: 5 })).toBeUndefined();
    expect(await why(message, { maxBytes: 4 })).toMatch("at least 5 bytes");
  });

  test.each(["\r\n", "\n"])("of a whole mail what follows its header counts", async (line) => {
    const raw = Buffer.from(`Subject: x${line}Bcc: a@example.org${line}${line}12345`);
    const message = Promise.resolve(having(await sampleMessage(), { raw, contentBytes: raw.length }));
    expect(await why(message, { maxBytes: 5 + 2 * line.length })).toBeUndefined();
    expect(await why(message, { maxBytes: 4 })).toMatch("too large");
  });
});

describe("attachments", () => {
  const named = (...names: (string | undefined)[]) =>
    sampleMessage({
      attachments: names.map((filename) => ({
        content: Buffer.from("x"),
        ...(filename === undefined ? {} : { filename }),
      })),
    });
  const why = async (message: Message, limits: ProviderLimits) =>
    overLimits(message, envelope(people(1)), limits);

  test.each([
    ["a.exe", "attachments of the type .exe are not taken"],
    ["A.EXE", "attachments of the type .exe are not taken"],
    ["report.pdf.Exe", "attachments of the type .exe are not taken"],
    ["a.exe ", "attachments of the type .exe are not taken"],
    ["a.exe.", "attachments of the type .exe are not taken"],
    ["exe", undefined],
    ["a.exe.zip", undefined],
    ["a.executive", undefined],
  ])("%j where exe is refused: %s", async (name, said) => {
    expect(await why(await named("b.txt", name), { refusedExtensions: ["exe"] })).toBe(said);
  });

  test.each([
    ["a.pdf", undefined],
    ["a.PDF", undefined],
    ["a.exe", "attachments of the type .exe are not taken"],
    ["readme", "attachments without a type are not taken"],
  ])("%j where only pdf is allowed: %s", async (name, said) => {
    expect(await why(await named(name), { allowedExtensions: ["pdf"] })).toBe(said);
  });
});

describe("SMTPUTF8", () => {
  const limits = { smtpUtf8: false } as const;
  const other = { address: "j\u00fcrgen@example.org" };

  test.each(["from", "sender", "replyTo", "to", "cc"] as const)(
    "in %s it is the whole message's need",
    async (field) => {
      const list = field === "from" || field === "sender" ? other : [other];
      const message = having(await sampleMessage(), { [field]: list });
      const over = `${field} needs SMTPUTF8, which is not offered`;
      expect(nextPart(message, envelope(people(3)), limits)).toEqual({ to: people(3), over });
      expect(overLimits(message, envelope(people(3)), limits)).toBe(over);
      expect(overLimits(message, envelope(people(3)), {})).toBeUndefined();
    },
  );

  test("in a hidden recipient it is his alone", async () => {
    const message = having(await sampleMessage(), { bcc: [other] });
    const to = ["r0@example.org", other.address, "r1@example.org"];
    expect(partsOf(message, to, limits)).toEqual([
      { to: ["r0@example.org", "r1@example.org"], over: undefined },
      { to: [other.address], over: "the recipient's address needs SMTPUTF8, which is not offered" },
    ]);
  });

  test("so it is for a visible one where the provider writes To itself", async () => {
    const message = having(await sampleMessage(), { to: [{ address: "r0@example.org" }, other] });
    const parts = partsOf(message, ["r0@example.org", other.address], { ...limits, visibleRecipient: true });
    expect(parts.map(({ over }) => over === undefined)).toEqual([true, false]);
  });
});

describe("the rest", () => {
  test("the null sender", async () => {
    const message = await sampleMessage();
    expect(overLimits(message, envelope(people(1), ""), { nullSender: false })).toMatch("null sender");
    expect(overLimits(message, envelope(people(1), ""), {})).toBeUndefined();
  });

  test("what a provider has to say of one part is about that part", async () => {
    const limits: ProviderLimits = {
      maxRecipients: 2,
      refuses: (_message, { to }) => (to.includes("r2@example.org") ? "not r2" : undefined),
    };
    expect(partsOf(await sampleMessage(), people(5), limits).map(({ over }) => over)).toEqual([
      undefined,
      "not r2",
      undefined,
    ]);
  });

  test("a refusal that throws, or is no sentence, is none", async () => {
    const message = await sampleMessage();
    const broken = () => {
      throw new Error("boom");
    };
    expect(overLimits(message, envelope(people(1)), { refuses: broken })).toBeUndefined();
    expect(overLimits(message, envelope(people(1)), { refuses: () => 7 as never })).toBeUndefined();
  });
});
