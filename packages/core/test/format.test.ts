import { expect, test } from "vitest";
import { formatFailure as inWords } from "../src/failure/format.ts";
import { failure } from "../src/failure/outcome.ts";

const parts = { provider: "SMTP", kind: "transient", reason: "closing" } as const;

test("a failure reads as one line", () => {
  expect(inWords(failure(parts))).toBe("SMTP: transient: closing");
  expect(inWords(failure({ ...parts, code: "421 4.3.2" }))).toBe("SMTP: transient (421 4.3.2): closing");
});

test("a code that the reason begins with is not said twice", () => {
  expect(inWords(failure({ ...parts, code: "421", reason: "421 closing" }))).toBe(
    "SMTP: transient: 421 closing",
  );
});

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1_000, "1 s"],
  [1_001, "2 s"],
  [119_999, "120 s"],
  [120_000, "2 min"],
  [7_200_000, "2 h"],
])("%d ms to wait read as %s", (retryAfterMs, words) => {
  expect(inWords(failure({ ...parts, retryAfterMs }))).toBe(
    `SMTP: transient: closing; try again in ${words}`,
  );
});

test("it stays one line even if somebody made the failure by hand", () => {
  const made = { success: false, provider: "A", kind: "refused", reason: "a\r\nb" } as const;
  expect(inWords(made)).toBe("A: refused: a b");
});
