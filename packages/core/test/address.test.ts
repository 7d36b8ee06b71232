import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bareAddress, mailboxKey } from "../src/message/address.ts";
import { InvalidMessage } from "../src/message/invalid-message.ts";

const fault = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidMessage);
    return (error as Error).message;
  }
  return "nothing was thrown";
};

describe("a bare address", () => {
  test.each([
    "a@b",
    "ann@example.org",
    "ann.bee+tag@mail.example.org",
    "!#$%&'*+/=?^_`{|}~-@example.org",
    `${"a".repeat(64)}@example.org`,
    `a@${"b".repeat(63)}.org`,
  ])("%s is taken as it stands", (address) => {
    expect(bareAddress("to", address)).toBe(address);
  });

  test.each([
    ["", 'to: "" is not an address: it has no @'],
    ["ann", 'to: "ann" is not an address: it has no @'],
    ["@example.org", 'to: "@example.org" is not an address'],
    ["a..b@example.org", 'to: "a..b@example.org" is not an address'],
    [".a@example.org", 'to: ".a@example.org" is not an address'],
    ["a.@example.org", 'to: "a.@example.org" is not an address'],
    ["a b@example.org", 'to: "a b@example.org" is not an address'],
    ["a@b@example.org", 'to: "a@b@example.org" is not an address'],
    ["a@", 'to: "a@" is not an address: "" is not a domain name'],
    ["a@-b.org", 'to: "a@-b.org" is not an address: "-b.org" is not a domain name'],
    ["a@b..org", 'to: "a@b..org" is not an address: "b..org" is not a domain name'],
    ["a@[127.0.0.1]", 'to: "a@[127.0.0.1]" is not an address: "[127.0.0.1]" is not a domain name'],
    ["a@b_c.org", 'to: "a@b_c.org" is not an address: "b_c.org" is not a domain name'],
    ['"a b"@example.org', 'to: "\\"a b\\"@example.org": quoted addresses are not supported'],
    ["älice@example.org", 'to: "älice@example.org": only ASCII is allowed before the @'],
    [`${"a".repeat(65)}@example.org`, "to: has more than 64 characters before the @"],
    ["a@b.org\r\nBcc: eve@example.org", "to: contains a line break"],
    ["a\u0000@b.org", "to: contains a control character"],
    ["a@b\u202e.org", "to: contains an invisible or bidirectional control character"],
  ])("%j is refused with a sentence", (address, sentence) => {
    expect(fault(() => bareAddress("to", address))).toBe(sentence);
  });

  test("a label of 64 characters and a domain of 254 are too long", () => {
    expect(fault(() => bareAddress("to", `a@${"b".repeat(64)}.org`))).toContain("is not a domain name");
    const domain = `${"abcdefghi.".repeat(25)}org`;
    expect(domain.length).toBe(253);
    expect(bareAddress("to", `a@${domain}`)).toBe(`a@${domain}`);
    expect(fault(() => bareAddress("to", `a@x${domain}`))).toContain("is not a domain name");
  });

  test("an international domain stands in its xn-- form", () => {
    expect(bareAddress("to", "ann@bücher.example")).toBe("ann@xn--bcher-kva.example");
    expect(bareAddress("to", "ann@BÜCHER.example")).toBe("ann@xn--bcher-kva.example");
    expect(bareAddress("to", "ann@bu\u0308cher.example")).toBe("ann@xn--bcher-kva.example");
  });

  test.each(["ann@exam\uff0eple.org", "ann@\u24d0.org", "ann@bü cher.org", "ann@ü/x.org", "ann@ü:25"])(
    "the domain of %j would become another one, so it is refused",
    (address) => {
      expect(fault(() => bareAddress("to", address))).toMatch(/is not a domain name$/);
    },
  );

  test("whatever is written, what comes out is printable ASCII with one @", () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: "binary" }), fc.webUrl()), (text) => {
        try {
          expect(bareAddress("to", text)).toMatch(/^[\x21-\x3f\x41-\x7e]+@[A-Za-z0-9.-]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidMessage);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("a display name", () => {
  test("is trimmed, and absent if nothing is left", () => {
    expect(displayName("to", "  Ann ", "a@b.org")).toBe("Ann");
    expect(displayName("to", "   ", "a@b.org")).toBeUndefined();
  });

  test("may repeat its own address, but not look like another one", () => {
    expect(displayName("to", "A@b.org", "a@b.org")).toBe("A@b.org");
    expect(fault(() => displayName("to", "ceo@bank.example", "a@b.org"))).toBe(
      'to: the name "ceo@bank.example" looks like another address',
    );
  });
});

test("two addresses are one mailbox if only the domain's letters differ in case", () => {
  expect(mailboxKey("Ann@EXAMPLE.org")).toBe(mailboxKey("Ann@example.ORG"));
  expect(mailboxKey("ann@example.org")).not.toBe(mailboxKey("Ann@example.org"));
});
