import { withoutAddresses } from "@relais/core/spi";
import { expect, test } from "vitest";

test.each([
  ["550 5.1.1 <ann@example.net>: no such user", "550 5.1.1 <address>: no such user"],
  ["rcpt ann.o'brien+tag%x@mail.example.net, refused", "rcpt <address>, refused"],
  ['"ann lee"@example.net is unknown', "<address> is unknown"],
  ["TO:<ann@[192.0.2.1]> refused", "TO:<address> refused"],
  ["see /help?a=ann%40example.net", "see <address>"],
  ["jürgen@müller.example ist unbekannt", "<address> ist unbekannt"],
  ["a@example.net and b@example.net", "<address> and <address>"],
  ["connection refused", "connection refused"],
])("%s", (said, written) => expect(withoutAddresses(said)).toBe(written));

test("a long text costs little", () => {
  const began = performance.now();
  for (const text of ["a".repeat(100_000), "@".repeat(100_000), '"'.repeat(100_000), "<a%40".repeat(20_000)])
    withoutAddresses(text);
  expect(performance.now() - began).toBeLessThan(2_000);
});
