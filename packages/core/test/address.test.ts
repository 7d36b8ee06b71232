import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bareAddress, mailboxKey, readsAsAddress } from "../src/message/address.ts";
import { InvalidMessage } from "../src/message/fields.ts";

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
    // docomo's dots, long tokens of VERP, SRS and replies, hosts with _, literals, other scripts (RFC 6531)
    "ann.@docomo.example",
    "ann..b@docomo.example",
    ".ann@docomo.example",
    `bounce+${"a".repeat(200)}=example.net@example.org`,
    "ann@mail_host.local",
    "a@-b.org",
    "ann@[127.0.0.1]",
    "ann@[IPv6:2001:db8::1]",
    "josé@example.net",
    "用户@example.net",
    '"a b"@example.org',
    '"ann."@docomo.example',
    '"a@b"@example.org',
  ])("%s is taken as it stands", (address) => {
    expect(bareAddress("to", address)).toBe(
      address === '"ann."@docomo.example' ? '"ann."@docomo.example' : address,
    );
  });

  test.each([
    ['"ann"@example.org', "ann@example.org"],
    ['"a.b"@example.org', "a.b@example.org"],
    ['"\\a"@example.org', "a@example.org"],
    ["ann@example.org.", "ann@example.org"],
    [" ann@example.org ", "ann@example.org"],
    ["\u202aann@example.org\u202c", "ann@example.org"],
    ["\ufeffann@example.org\u200b\u00a0", "ann@example.org"],
  ])("%j stands for %s", (written, address) => {
    expect(bareAddress("to", written)).toBe(address);
  });

  const unseen = ": it holds a blank or a character that nobody sees";
  test.each([
    ["", 'to: "" is not an address: it has no @'],
    ["ann", 'to: "ann" is not an address: it has no @'],
    ["@example.org", 'to: "@example.org" is not an address'],
    ["a b@example.org", `to: "a b@example.org" is not an address${unseen}`],
    ["a@b@example.org", 'to: "a@b@example.org" is not an address'],
    ["a@", 'to: "a@" is not an address: "" is not a domain name'],
    ["a@b..org", 'to: "a@b..org" is not an address: "b..org" is not a domain name'],
    ["a@[127.0.0]", 'to: "a@[127.0.0]" is not an address: "[127.0.0]" is not a domain name'],
    ["a@[::1]", 'to: "a@[::1]" is not an address: "[::1]" is not a domain name'],
    ['"a@example.org', 'to: "\\"a@example.org" is not an address'],
    ['"a"b"@example.org', 'to: "\\"a\\"b\\"@example.org" is not an address'],
    [`${"a".repeat(900)}@example.org`, "to: has 912 characters; at most 900 are allowed in an address"],
    ["a\u0000@b.org", `to: "a @b.org" is not an address${unseen}`],
    ["a\u200b@b.org", `to: "a @b.org" is not an address${unseen}`],
    ["a\u202e@b.org", `to: "a @b.org" is not an address${unseen}`],
    ["a@b\u202e.org", 'to: "a@b .org" is not an address: "b .org" is not a domain name'],
    ["a\ud800@b.org", "to: contains half a character (a lone surrogate)"],
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

  test.each([
    ["bücher.example", "xn--bcher-kva.example"],
    ["BÜCHER.example", "xn--bcher-kva.example"],
    ["bu\u0308cher.example", "xn--bcher-kva.example"],
    ["faß.example", "xn--fa-hia.example"],
    ["例え.テスト", "xn--r8jz45g.xn--zckzah"],
    ["例え。テスト", "xn--r8jz45g.xn--zckzah"],
    ["ｅｘａｍｐｌｅ.org", "example.org"],
  ])("the international domain %s is %s by UTS 46", (written, ascii) => {
    expect(bareAddress("to", `ann@${written}`)).toBe(`ann@${ascii}`);
  });

  test.each([
    "ann@bü cher.org",
    "ann@ü/x.org",
    "ann@ü:25",
    "ann@ü#x",
    "ann@１２７.0.0.1",
    "ann@℀.org",
    "ann@ü%2fx",
  ])("the domain of %j would become another one, so it is refused", (address) => {
    expect(fault(() => bareAddress("to", address))).toMatch(/is not (?:a domain name|an address.*)$/);
  });

  test("whatever is written, what comes out has one domain that DNS knows and nothing unseen", () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: "binary" }), fc.webUrl()), (text) => {
        try {
          expect(bareAddress("to", text)).toMatch(
            /^(?:[^\p{C}\s"(),:;<>@[\]\\]+|"[^\p{C}\p{Zl}\p{Zp}]*")@(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-fIPv:.]+\])$/u,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidMessage);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

test("a name reads as another address if it holds one", () => {
  for (const name of ["ceo@bank.example", "bob@example.com via Shop", "'bob@example.com'", "Shop@Home"])
    expect(readsAsAddress(name, "a@b.org")).toBe(true);
  for (const name of ["A@b.org", "'a@b.org'", "Ann (a@b.org)", "Shop @ Home", "Ann"])
    expect(readsAsAddress(name, "a@b.org")).toBe(false);
});

test("two addresses are one mailbox if only the domain's letters differ in case", () => {
  expect(mailboxKey("Ann@EXAMPLE.org")).toBe(mailboxKey("Ann@example.ORG"));
  expect(mailboxKey("ann@example.org")).not.toBe(mailboxKey("Ann@example.org"));
});
