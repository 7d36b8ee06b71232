import { expect, test } from "vitest";
import { clean, cleanOwn } from "../src/clean.ts";

test.each([
  ["550 5.1.1 <ann@example.net>: no such user", "550 5.1.1 <address>: no such user"],
  ["rcpt ann.o'brien+tag%x@mail.example.net, refused", "rcpt <address>, refused"],
  ['"ann lee"@example.net is unknown', "<address> is unknown"],
  ["TO:<ann@[192.0.2.1]> refused", "TO:<address> refused"],
  ["see /help?a=ann%40example.net", "see <address>"],
  ["jürgen@müller.example ist unbekannt", "<address> ist unbekannt"],
  ["a@example.net and b@example.net", "<address> and <address>"],
  ["connection refused", "connection refused"],
])("%s", (said, written) => expect(clean(said)).toBe(written));

test("what looks like a credential goes too", () => {
  const said = clean("smtp://ann:pass-1@mail.example failed, password=abc123");
  expect(said).not.toContain("pass-1");
  expect(said).not.toContain("abc123");
});

test("of our own words, the values that they quote go", () => {
  expect(cleanOwn('to: "Ann Lee\\" example" is not an address: it has no @')).toBe(
    "to: <value> is not an address: it has no @",
  );
  expect(cleanOwn('subject: "cut o')).toBe("subject: <value>");
});

test("a long text costs little", () => {
  const began = performance.now();
  for (const text of ["a".repeat(100_000), "@".repeat(100_000), '"'.repeat(100_000), "<a%40".repeat(20_000)])
    clean(text);
  expect(performance.now() - began).toBeLessThan(2_000);
});
