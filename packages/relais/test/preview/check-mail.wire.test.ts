import { createMessage, type MessageInput } from "@relais/core";
import { compile } from "@relais/mime";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkMail } from "../../src/preview/check-mail.ts";
import { readMail } from "../../src/preview/read-mail.ts";

const kept = { id: "1", at: "2026-11-30T12:00:00Z", from: "a@example.org", to: ["b@example.net"], size: 0 };
const image = { filename: "logo.png", content: Buffer.from("PNG"), contentType: "image/png", cid: "logo" };
const sound: MessageInput = {
  from: "Shop <shop@example.org>",
  to: "Ann <ann@example.net>",
  subject: "Grüße",
  text: "Hello Ann",
  html: '<!doctype html><html><head><style>p{color:red}</style></head><body><p>Hello <img src="cid:logo" alt="Shop"><img src="https://example.org/a.png" alt=""> <a href="https://example.org/">go</a></p></body></html>',
  attachments: [image],
};

async function findings(source: Buffer, subject = "Grüße", alike = 1) {
  return checkMail({ ...(await readMail({ ...kept, subject }, source)), alike });
}
const composed = async (input: MessageInput) => (await compile(await createMessage(input))).bytes;
const html = (body: string): MessageInput => ({
  ...sound,
  html: `<p>Hello <img src="cid:logo" alt="Shop">${body}</p>`,
});

test("a sound mail has no findings, however it is composed", async () => {
  expect(await findings(await composed(sound))).toEqual([]);
  const word = fc.stringMatching(/^[\p{L} .,!?]{1,400}$/u).filter((text) => text.trim() !== "");
  const inputs = fc.record({
    text: word,
    files: fc.array(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(inputs, async ({ text, files }) => {
      const attachments = [
        image,
        ...files.map((content, i) => ({ filename: `f${i}.bin`, content: Buffer.from(content) })),
      ];
      const bytes = await composed({ ...html(text), text, attachments });
      expect(await findings(bytes)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

const rows: readonly (readonly [string, MessageInput, "problem" | "hint", RegExp])[] = [
  ["HTML alone", { ...sound, text: "" }, "problem", /^There is no text part/],
  [
    "an image without alt",
    html('<img src="https://example.org/b.png">'),
    "problem",
    /^One image has no alt.*"https:\/\/example.org\/b.png"/,
  ],
  [
    "images without alt, however they are written",
    html("<IMG SRC='https://example.org/b.png' title='a > b'>\n<img\nsrc=https://example.org/c.png>"),
    "problem",
    /^2 images have no alt/,
  ],
  ["a cid that is not there", html('<img alt="" src="cid:nope">'), "problem", /Content-ID of "cid:nope"/],
  [
    "a relative image",
    html('<img alt="" src="/static/a.png">'),
    "problem",
    /relative address \("\/static\/a.png"\)/,
  ],
  ["an image by http", html('<img alt="" src="http://example.org/a.png">'), "problem", /loaded by http:/],
  ["an image as data", html('<img alt="" src="data:image/png;base64,AAAA">'), "problem", /data: URL/],
  ["a link by http", html('<a href="http://example.org/">x</a>'), "hint", /^One link begins with http:/],
  ["a relative link", html('<a href="/reset">x</a>'), "problem", /leads nowhere.*"\/reset"/],
  ["more than 102 KB of HTML", html("x".repeat(105_000)), "problem", /^The HTML has 103 KB: Gmail clips/],
  ["a script", html("<script>alert(1)</script>"), "problem", /script/],
  [
    "an external stylesheet",
    html('<link href="https://example.org/a.css" rel="stylesheet">'),
    "problem",
    /stylesheet/,
  ],
  ["flex", html('<div style="display: flex">x</div>'), "hint", /flex/],
  ["a form", html('<form action="https://example.org/"></form>'), "hint", /form/],
  ["a placeholder", html("Dear {{ first_name }}"), "problem", /placeholder/],
  ["an object in the subject", { ...sound, text: "Dear [object Object]" }, "problem", /placeholder/],
  [
    "a mailing that says so",
    { ...sound, headers: { Precedence: "bulk" } },
    "problem",
    /says that it is a mailing.*List-Unsubscribe/,
  ],
  [
    "a mailing by its List-Id",
    { ...sound, headers: { "List-Id": "<news.example.org>" } },
    "problem",
    /List-Unsubscribe/,
  ],
  [
    "a mailing without one click",
    { ...sound, headers: { Precedence: "bulk", "List-Unsubscribe": "<https://example.org/u>" } },
    "hint",
    /RFC 8058/,
  ],
];

test.each(rows)("%s: found, and nothing else", async (_, input, level, sentence) => {
  const subject = typeof input.subject === "string" ? input.subject : "";
  expect(await findings(await composed(input), subject)).toEqual([
    { level, sentence: expect.stringMatching(sentence) },
  ]);
});

describe("by its bytes", () => {
  const lines = (...more: string[]): Buffer =>
    Buffer.from(
      [
        "From: a@example.org",
        "To: b@example.net",
        "Subject: x",
        "Date: Mon, 30 Nov 2026 12:00:00 +0000",
        "Message-ID: <1@example.org>",
        ...more,
      ].join("\r\n"),
    );
  test("what is missing, and lines that are too long", async () => {
    expect(await findings(lines("", "Hello"), "x")).toEqual([]);
    const bare = Buffer.from("From: a@example.org\r\n\r\nHello\r\n");
    const sentences = (await findings(bare, "")).map(({ sentence }) => sentence);
    expect(sentences).toEqual([
      expect.stringMatching(/^There is no Date/),
      expect.stringMatching(/^There is no Message-ID/),
      "There is no subject.",
    ]);
    for (const [length, found] of [
      [998, 0],
      [999, 1],
    ] as const)
      expect(await findings(lines("", "x".repeat(length), "", "y"), "x")).toHaveLength(found);
    expect(await findings(lines("", "x".repeat(999)), "x")).toMatchObject([
      { sentence: /^A line has 999 bytes/ },
    ]);
  });

  test("many mails of one subject are a mailing", async () => {
    const bytes = lines("", "Hello");
    expect(await findings(bytes, "x", 4)).toEqual([]);
    expect(await findings(bytes, "x", 5)).toMatchObject([{ level: "problem" }]);
    const off = lines(
      "List-Unsubscribe: <https://example.org/u>",
      "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
      "",
      "Hello",
    );
    expect(await findings(off, "x", 5)).toEqual([]);
  });

  test("whatever the bytes are, it answers", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(Array.isArray(await findings(Buffer.from(bytes)))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
