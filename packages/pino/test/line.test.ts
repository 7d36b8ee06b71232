import { expect, test } from "vitest";
import { clean, cleanOwn } from "../src/line.ts";

test("addresses go", () => {
  expect(clean('550 5.1.1 <ann@example.net> and "ann lee"@example.net: no such users')).toBe(
    "550 5.1.1 <address> and <address>: no such users",
  );
});

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
