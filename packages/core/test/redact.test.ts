import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redactor } from "../src/failure/redact.ts";

const mask = "[redacted]";

describe("a known secret is taken out", () => {
  const secret = 'p/ä"s+s';
  const clean = redactor([undefined, "", "ab", secret]);
  test.each([
    ["as it stands", secret],
    ["percent-encoded", encodeURIComponent(secret)],
    ["within JSON", JSON.stringify(secret).slice(1, -1)],
    ["in hex", Buffer.from(secret).toString("hex")],
  ])("%s, everywhere", (_how, form) => {
    expect(clean(`a ${form} b ${form}`)).toBe(`a ${mask} b ${mask}`);
  });

  test("at every offset of a base64 text, in both alphabets, but for the letters it shares with its neighbours", () => {
    const bytes = fc.uint8Array({ maxLength: 12 });
    const secrets = fc
      .string({ unit: "grapheme", minLength: 4, maxLength: 40 })
      .filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(bytes, secrets, bytes, fc.boolean(), (before, text, after, urlSafe) => {
        const inner = Buffer.from(text);
        const encoded = Buffer.concat([before, inner, after]).toString(urlSafe ? "base64url" : "base64");
        // The letters whose six bits all come from the secret.
        const sure = encoded.slice(
          Math.ceil((before.length * 8) / 6),
          Math.floor(((before.length + inner.length) * 8) / 6),
        );
        expect(redactor([text])(encoded)).not.toContain(sure);
      }),
      { numRuns: 3_000 },
    );
  });

  test("the longest first, so that none leaves a part of another behind", () => {
    expect(redactor(["abc", "abcdef"])("abcdef abc")).toBe(`${mask} ${mask}`);
  });

  test("also if it holds half a character", () => {
    expect(redactor(["ab\ud800cd"])("x ab\ud800cd y")).toBe(`x ${mask} y`);
  });
});

test("secrets of one or two characters leave the text alone", () => {
  expect(redactor(["a", "to"])("a note to a tomato")).toBe("a note to a tomato");
});

test.each([
  ["AUTH PLAIN AGFubgBodW50ZXIy", `AUTH PLAIN ${mask}`],
  ["auth login YW5u", `auth login ${mask}`],
  ["Authorization: Bearer abc.def-123456", `Authorization: Bearer ${mask}`],
  ["smtp://user:hunter2@mail.example.org:587/", `smtp://${mask}@mail.example.org:587/`],
  ["password=hunter2; next", `password=${mask}; next`],
  ["Token: abc, next", `Token: ${mask}, next`],
])("%j looks like a credential, so it goes even if nobody told us", (text, clean) => {
  expect(redactor([])(text)).toBe(clean);
});

test("ordinary words stay", () => {
  const text = "535 5.7.8 Authentication failed for ann@example.org, see https://example.org/help";
  expect(redactor(["hunter2"])(text)).toBe(text);
});

describe("a long text", () => {
  const secret = 'hunter2-p/ä"s+s';

  test("shows no part of a secret where it is cut", () => {
    const forms = [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString("hex"),
      Buffer.from(secret).toString("base64"),
      `smtp://user:${secret}@mail.example.org`,
      `Bearer ${"hunter2".repeat(20)}`,
    ];
    const clean = redactor([secret]);
    for (const form of forms)
      for (const around of [4_096, 4_696])
        for (let before = around - form.length - 2; before <= around + 2; before++) {
          const text = `${"x".repeat(before - 1)} ${form} ${"y".repeat(2_000)}`;
          const said = clean(text);
          expect(said.length).toBeLessThanOrEqual(4_096);
          expect(said).not.toMatch(/hunter2|aHVudGVy|68756e74/);
        }
  });

  test("is no longer than 4,096 characters, and a shorter one is whole", () => {
    expect(redactor([])("a ".repeat(2_048))).toHaveLength(4_096);
    expect(redactor([])("a ".repeat(100_000))).toHaveLength(4_096);
  });

  test.each(["a.a.a.", "password ", "AUTH ", "Bearer ", " ", "a://", "token=", "AUTH A-", "a+"])(
    "costs no time: 1 MB of %j",
    (piece) => {
      const text = piece.repeat(1_000_000 / piece.length);
      const times = [1, 2, 3].map(() => {
        const began = performance.now();
        redactor([secret])(text);
        return performance.now() - began;
      });
      // A pause of the process strikes one of them.
      expect(Math.min(...times)).toBeLessThan(50);
    },
  );
});
