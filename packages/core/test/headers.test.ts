import { describe, expect, test } from "vitest";
import { customHeaders, messageTags } from "../src/message/headers.ts";
import { said } from "./error-with-message.ts";

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

  const breaks = "contains a line break that would begin another header";
  test.each([
    [{ "X-A": { prepared: true, value: "a\r\nBcc: eve@example.org" } }, `headers.X-A: ${breaks}`],
    [{ "X-A": "a\r\nBcc: eve@example.org" }, `headers.X-A: ${breaks}`],
    [{ "X-A": ["a", "b\nBcc : eve@example.org"] }, `headers.X-A: ${breaks}`],
    [{ "X-A": "a\u2028Bcc:eve@example.org" }, `headers.X-A: ${breaks}`],
    [{ "X-A": "a\ud800" }, "headers.X-A: contains half a character (a lone surrogate)"],
    [{ "X-A": "x".repeat(8_193) }, "headers.X-A: has 8193 characters; at most 8192 are allowed"],
    [{ "X-A": () => "x" }, "headers.X-A: must be a string, not a function (call it)"],
    [{ "X A": "x" }, 'headers: "X A" is not a header name'],
    [{ "X-A:": "x" }, 'headers: "X-A:" is not a header name'],
    [{ "X-A\r\nBcc": "x" }, 'headers: "X-A Bcc" is not a header name'],
    [{ "": "x" }, 'headers: "" is not a header name'],
    [JSON.parse('{"__proto__": "x"}'), 'headers: "__proto__" is not allowed as a name'],
    [{ constructor: "x" }, 'headers: "constructor" is not allowed as a name'],
    [["X-A: 1"], "headers[0]: must have a key and a value"],
    [[{ key: "Bcc", value: "x" }], "headers.Bcc: may not be set as a custom header"],
    ["X-A: 1", 'headers: must be an object, not "X-A: 1"'],
  ])("%o is refused", (value, sentence) => {
    expect(() => customHeaders(value)).toThrow(said(sentence));
  });

  test.each<[unknown, Record<string, unknown>]>([
    [null, {}],
    [{ "X-A": null, "X-B": undefined, "X-C": "", "X-D": [] }, {}],
    [
      { "X-A": 5, "X-B": true, "X-C": 7n },
      { "X-A": "5", "X-B": "true", "X-C": "7" },
    ],
    [{ "X-A": ["a", "b"] }, { "X-A": ["a", "b"] }],
    [{ "X-A": ["a"] }, { "X-A": "a" }],
    [{ "X-A": "1", "x-a": "2" }, { "X-A": ["1", "2"] }],
    [{ "X-A": { prepared: true, value: "a" } }, { "X-A": "a" }],
    [
      [
        { key: "X-A", value: "1" },
        { key: "X-A", value: "2" },
      ],
      { "X-A": ["1", "2"] },
    ],
    [{ "X-A": "a\tb\r\n c\n" }, { "X-A": "a b c" }],
    [{ "X-A": "a\u200b\u200fb" }, { "X-A": "a\u200b\u200fb" }],
    [{ "X-A": "a\u202eb\u0007" }, { "X-A": "ab" }],
    [{ "X-SES-CONFIGURATION-SET": "orders" }, { "X-SES-CONFIGURATION-SET": "orders" }],
    [{ "Content-Language": "de" }, { "Content-Language": "de" }],
  ])("%o is %o", (value, expected) => {
    expect({ ...customHeaders(value) }).toEqual(expected);
  });

  test("two hundred are enough", () => {
    const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`X-${i}`, "x"]));
    expect(Object.keys(customHeaders(many(200)))).toHaveLength(200);
    expect(() => customHeaders(many(201))).toThrow(said("headers: has 201 entries; at most 200 are allowed"));
  });
});

describe("tags", () => {
  test("are texts, cleaned; absent ones are left out", () => {
    expect({
      ...messageTags({ campaign: "spring_24", "a b": "Größe 7", n: 7, yes: true, no: null, none: "" }),
    }).toEqual({ campaign: "spring_24", "a b": "Größe 7", n: "7", yes: "true" });
    expect(messageTags(undefined)).toEqual(Object.create(null));
    expect(messageTags(null)).toEqual(Object.create(null));
  });

  test.each([
    [{ a: {} }, "tags.a: must be a string, not an object"],
    [{ a: "x".repeat(257) }, "tags.a: has 257 characters; at most 256 are allowed"],
    [JSON.parse('{"__proto__": "x"}'), 'tags: "__proto__" is not allowed as a name'],
    [["a"], "tags: must be an object, not a list"],
    [
      Object.fromEntries(Array.from({ length: 52 }, (_, i) => [`t${i}`, "x"])),
      "tags: has 52 entries; at most 50 are allowed",
    ],
  ])("%o is refused", (value, sentence) => {
    expect(() => messageTags(value)).toThrow(said(sentence));
  });
});
