import fc from "fast-check";
import { expect, test } from "vitest";
import { quotedPrintable, quotedPrintableText, textEncoding } from "../src/encodings.ts";

const run = fc.integer({ min: 0, max: 160 }).map((length) => "x".repeat(length));
const piece = fc.oneof(
  run,
  fc.constantFrom("=", "==", " ", "a", ".", "\n", "\r\n", "\r", "é", "\t", "=\n", " \n"),
);
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));

test("text and bytes have one quoted-printable", () => {
  let same = 0;
  fc.assert(
    fc.property(text, (given) => {
      const encoded = quotedPrintableText(given);
      if (encoded === undefined) return;
      same += 1;
      expect(encoded).toBe(quotedPrintable(Buffer.from(given)).toString("latin1"));
    }),
    { numRuns: 5_000 },
  );
  expect(same).toBeGreaterThan(500);
});

test("ASCII in lines of at most 76 characters goes as it is, and nothing else does", () => {
  fc.assert(
    fc.property(text, (given) => {
      const isPlain = /^[\t\n\r\x20-\x7e]*$/.test(given);
      const isShort = given.split(/\r|\n/).every((line) => line.length <= 76);
      expect(textEncoding(given) === "7bit").toBe(isPlain && isShort);
    }),
    { numRuns: 2_000 },
  );
});
