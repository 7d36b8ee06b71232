import fc from "fast-check";
import { expect, test } from "vitest";
import { reason } from "../src/runtime/sanitize.ts";

test("a reason is one line without control, invisible and bidirectional characters", () => {
  expect(reason(" 550\r\n5.1.1\t\u0000no \u001b[31msuch\u202e user\u200b \u2028x ")).toBe(
    "550 5.1.1 no [31msuch user x",
  );
});

test("a reason of 300 characters stays whole, a longer one ends in an ellipsis", () => {
  expect(reason("x".repeat(300))).toBe("x".repeat(300));
  expect(reason("x".repeat(301))).toBe(`${"x".repeat(299)}…`);
  expect(reason("y".repeat(500_000))).toBe(`${"y".repeat(299)}…`);
});

test("a character is never cut in half", () => {
  expect(reason(`${"x".repeat(298)}😀😀`)).toBe(`${"x".repeat(298)}…`);
  expect(reason("a\ud83d b \ude00")).toBe("a b");
});

test("whatever is given, it is short, printable, well-formed, and stays the same when cleaned again", () => {
  const hostile = fc.string({
    unit: fc.constantFrom("a", " ", "\r", "\n", "\u0000", "\u0085", "\u202e", "😀", "\ud83d", "é"),
    maxLength: 1_500,
  });
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: "binary", maxLength: 800 })), (text) => {
      const line = reason(text);
      expect(line.length).toBeLessThanOrEqual(300);
      expect(line).not.toMatch(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u);
      expect(line.isWellFormed()).toBe(true);
      expect(reason(line)).toBe(line);
    }),
    { numRuns: 2_000 },
  );
});
