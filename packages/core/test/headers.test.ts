import { describe, expect, test } from "vitest";
import { customHeaders, messageTags } from "../src/message/headers.ts";
import { said } from "./said.ts";

describe("custom headers", () => {
  test("are kept in order, frozen, without a prototype", () => {
    const headers = customHeaders({
      "X-One": "1",
      "List-Unsubscribe": "<https://example.org/u>",
      toString: "x",
    });
    expect(Object.entries(headers)).toEqual([
      ["X-One", "1"],
      ["List-Unsubscribe", "<https://example.org/u>"],
      ["toString", "x"],
    ]);
    expect(Object.getPrototypeOf(headers)).toBeNull();
    expect(Object.isFrozen(headers)).toBe(true);
  });

  test.each([
    "From",
    "To",
    "CC",
    "bcc",
    "Sender",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Received",
    "Return-Path",
    "DKIM-Signature",
    "Resent-To",
    "X-SES-Configuration-Set",
    "ARC-Seal",
    "Authentication-Results",
    "Delivered-To",
    "Apparently-To",
  ])("%s is structural and refused, in any case of letters", (name) => {
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
      expect(() => customHeaders({ [written]: "x" })).toThrow(
        said(`headers.${written}: may not be set as a custom header`),
      );
    }
  });

  test.each([
    [
      { "X-A": { prepared: true, value: "a\r\nBcc: eve@example.org" } },
      "headers.X-A: must be a string, not an object",
    ],
    [{ "X-A": ["a", "b"] }, "headers.X-A: must be a string, not a list"],
    [{ "X-A": 5 }, "headers.X-A: must be a string, not 5"],
    [{ "X-A": "a\r\nBcc: eve@example.org" }, "headers.X-A: contains a line break"],
    [{ "X-A": "a\tb" }, "headers.X-A: contains a control character"],
    [{ "X-A": "a\u2028b" }, "headers.X-A: contains a line break"],
    [{ "X-A": "a\u200bb" }, "headers.X-A: contains an invisible or bidirectional control character"],
    [{ "X-A": "a\ud800" }, "headers.X-A: contains half a character (a lone surrogate)"],
    [{ "X-A": "x".repeat(8_193) }, "headers.X-A: has 8193 characters; at most 8192 are allowed"],
    [{ "X A": "x" }, 'headers: "X A" is not a header name'],
    [{ "X-A:": "x" }, 'headers: "X-A:" is not a header name'],
    [{ "X-A\r\nBcc": "x" }, 'headers: "X-A Bcc" is not a header name'],
    [{ "": "x" }, 'headers: "" is not a header name'],
    [{ "X-A": "1", "x-a": "2" }, "headers.x-a: is given twice"],
    [JSON.parse('{"__proto__": "x"}'), 'headers: "__proto__" is not allowed as a name'],
    [{ constructor: "x" }, 'headers: "constructor" is not allowed as a name'],
    [["X-A: 1"], "headers: must be an object, not a list"],
    ["X-A: 1", 'headers: must be an object, not "X-A: 1"'],
    [null, "headers: must be an object, not null"],
  ])("%o is refused", (value, sentence) => {
    expect(() => customHeaders(value)).toThrow(said(sentence));
  });

  test("a hundred are enough", () => {
    const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`X-${i}`, "x"]));
    expect(Object.keys(customHeaders(many(100)))).toHaveLength(100);
    expect(() => customHeaders(many(101))).toThrow(said("headers: has 101 entries; at most 100 are allowed"));
  });
});

describe("tags", () => {
  test("are letters, digits, _ and -", () => {
    expect({ ...messageTags({ campaign: "spring_24", "a-b": "C" }) }).toEqual({
      campaign: "spring_24",
      "a-b": "C",
    });
    expect(messageTags(undefined)).toEqual(Object.create(null));
  });

  test.each([
    [{ "a b": "x" }, 'tags: "a b" is not a tag name'],
    [{ a: "x y" }, "tags.a: must be 1 to 256 letters, digits, _ or -"],
    [{ a: "" }, "tags.a: must be 1 to 256 letters, digits, _ or -"],
    [{ a: 1 }, "tags.a: must be 1 to 256 letters, digits, _ or -"],
    [{ a: "x".repeat(257) }, "tags.a: must be 1 to 256 letters, digits, _ or -"],
    [JSON.parse('{"__proto__": "x"}'), 'tags: "__proto__" is not allowed as a name'],
    [
      Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`t${i}`, "x"])),
      "tags: has 51 entries; at most 50 are allowed",
    ],
  ])("%o is refused", (value, sentence) => {
    expect(() => messageTags(value)).toThrow(said(sentence));
  });
});
