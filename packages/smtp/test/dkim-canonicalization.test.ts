import { expect, test } from "vitest";
import { relaxed, relaxedBody, relaxedHeader } from "../src/attempt/dkim.ts";

const message = (text: string): ReturnType<typeof relaxed> => relaxed(Buffer.from(text, "latin1"));

test("the example of RFC 6376, 3.4.5", () => {
  expect(message("A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n")).toEqual({
    headers: [
      { name: "a", line: "a:X" },
      { name: "b", line: "b:Y Z" },
    ],
    body: " C\r\nD E\r\n",
  });
});

test.each([
  ["", ""],
  ["\r\n", ""],
  [" \t\r\n\r\n \r\n", ""],
  ["a", "a\r\n"],
  ["a \t", "a\r\n"],
  ["a\r\n \r\nb", "a\r\n\r\nb\r\n"],
  ["\r\n\r\na\r\n\t", "\r\n\r\na\r\n"],
])("the body %j becomes %j", (body, want) => expect(relaxedBody(body)).toBe(want));

test.each([
  ["Subject:", "subject:"],
  ["SUBJECT \t: \t", "subject:"],
  ["Subject:\r\n folded\r\n\t\ttwice", "subject:folded twice"],
  ["Subject: a:b", "subject:a:b"],
  // A0 is the second byte of à, and no blank.
  ["X: \xc3\xa0 \xc3\xa0", "x:\xc3\xa0 \xc3\xa0"],
])("the header %j becomes %j", (header, want) => expect(relaxedHeader(header).line).toBe(want));

test("a bare CR or LF is a line break, as it is on the wire", () => {
  const clean = message("A: 1\r\nB: 2\r\n\r\nx\r\ny\r\n");
  expect(message("A: 1\nB: 2\n\nx\ny\n")).toEqual(clean);
  expect(message("A: 1\rB: 2\r\n\rx\ry")).toEqual(clean);
});

test("headers without a body, a body without headers", () => {
  expect(message("A: 1\r\nB: 2\r\n")).toMatchObject({
    headers: [{ line: "a:1" }, { line: "b:2" }],
    body: "",
  });
  expect(message("\r\nA: 1\r\n")).toEqual({ headers: [], body: "A: 1\r\n" });
});

test("long runs of blanks and of empty lines take no time to speak of", () => {
  const began = performance.now();
  const body = `${" ".repeat(1_000_000)}x${"\r\n".repeat(1_000_000)}${" \t".repeat(500_000)}`;
  expect(relaxedBody(body)).toBe(" x\r\n");
  expect(relaxedHeader(`X:${" ".repeat(1_000_000)}x`).line).toBe("x:x");
  expect(performance.now() - began).toBeLessThan(2_000);
});
