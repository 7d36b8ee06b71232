import { expect, test } from "vitest";
import { addressList, oneAddress } from "../src/message/address-list.ts";
import { said } from "./error-with-message.ts";

const list = (value: unknown) => addressList("to", value);

test("absent is an empty, frozen list", () => {
  expect(list(undefined)).toEqual([]);
  expect(Object.isFrozen(list(undefined))).toBe(true);
});

test("text may hold several, with commas", () => {
  expect(list("a@b.org, Ann Bee <ann@c.org>,<d@e.org>")).toEqual([
    { address: "a@b.org" },
    { address: "ann@c.org", name: "Ann Bee" },
    { address: "d@e.org" },
  ]);
});

test("a comma within a quoted name does not cut", () => {
  expect(list('"Bee, Ann" <ann@c.org>, b@c.org')).toEqual([
    { address: "ann@c.org", name: "Bee, Ann" },
    { address: "b@c.org" },
  ]);
});

test("a quoted name may hold escaped quotes and backslashes", () => {
  expect(list('"Ann \\"the\\\\bee\\"" <ann@c.org>')).toEqual([
    { address: "ann@c.org", name: 'Ann "the\\bee"' },
  ]);
});

test("objects, texts and lists of both are taken in order", () => {
  expect(
    list([{ address: "a@b.org", name: "Änn" }, "b@b.org", "<c@b.org>", { address: "d@b.org", name: "" }]),
  ).toEqual([
    { address: "a@b.org", name: "Änn" },
    { address: "b@b.org" },
    { address: "c@b.org" },
    { address: "d@b.org" },
  ]);
});

test("every address and the list are frozen", () => {
  const made = list(["a@b.org", { address: "b@b.org", name: "B" }]);
  for (const one of [made, ...made]) expect(Object.isFrozen(one)).toBe(true);
});

const addresses = (value: unknown) => list(value).map(({ address }) => address);

test.each([
  ["Friends: a@b.org, c@d.org;", ["a@b.org", "c@d.org"]],
  ["Friends: Ann <a@b.org>; c@d.org", ["a@b.org", "c@d.org"]],
  ["Friends: a@b.org, c@d.org", ["a@b.org", "c@d.org"]],
  ["undisclosed-recipients:;", []],
  ["undisclosed-recipients:", []],
  ["a@b.org; c@d.org", ["a@b.org", "c@d.org"]],
  ["a@b.org;", ["a@b.org"]],
  ["a@b.org,", ["a@b.org"]],
  ["a@b.org,, ;c@d.org,", ["a@b.org", "c@d.org"]],
  [",", []],
  ["", []],
  ["a@b.org,\r\n c@d.org\n", ["a@b.org", "c@d.org"]],
  ["mailto:a@b.org", ["a@b.org"]],
  ["a @ b.org", ["a@b.org"]],
  ["Ann < a@b.org >", ["a@b.org"]],
  ["<@relay.example,@other.example:a@b.org>", ["a@b.org"]],
  [[" a@b.org ", null, "", undefined, { address: "" }], ["a@b.org"]],
  [
    { name: "Friends", group: [{ address: "a@b.org" }, { address: "c@d.org", name: "C" }] },
    ["a@b.org", "c@d.org"],
  ],
  [{ address: " a@b.org\n" }, ["a@b.org"]],
  [null, []],
  [[], []],
])("%j is %j", (value, expected) => {
  expect(addresses(value)).toEqual(expected);
});

test.each([
  ["Ann (work) <a@b.org>", "Ann (work)"],
  ["[Staging] Shop <a@b.org>", "[Staging] Shop"],
  ["Wolfe, Hannah <a@b.org>", "Wolfe, Hannah"],
  ["Wolfe, Hannah, Dr. <a@b.org>", "Wolfe, Hannah, Dr."],
  ["bob@example.com via Shop <a@b.org>", "bob@example.com via Shop"],
  ["'a@b.org' <a@b.org>", "'a@b.org'"],
  ["Shop: Berlin <a@b.org>", "Shop: Berlin"],
  ["Ann :-) <a@b.org>", "Ann :-)"],
  ["Ann (a <a@b.org>", "Ann (a"],
  ['"Bee, Ann" (work) <a@b.org>', "Bee, Ann (work)"],
  ["a@b.org (Ann)", "Ann"],
  ["<a@b.org> (Ann)", "Ann"],
  ["Example's Thing <a@b.org>", "Example's Thing"],
  ["a long\r\n\tname <a@b.org>", "a long name"],
  ["Ann \u202ebob <a@b.org>", "Ann bob"],
  ["=?UTF-8?Q?J=C3=B6rg?= <a@b.org>", "=?UTF-8?Q?J=C3=B6rg?="],
])("%j has the name %j", (text, name) => {
  expect(list(text)).toEqual([{ address: "a@b.org", name }]);
});

test.each([
  ["<a@b.org", 'to: "<a@b.org" has an angle bracket that is not closed'],
  ["a@b.org>", 'to: "a@b.org>" is not an address: "b.org>" is not a domain name'],
  ["<>", 'to: "" is not an address: it has no @'],
  ["Ann", 'to: "Ann" is not an address: it has no @'],
  ["Ann, Bob", 'to: "Ann, Bob" is not an address: it has no @'],
  // An unresolved name beside a bare address: is she a recipient, too?
  [
    "Ann, bob@b.org",
    'to: "Ann, bob@b.org" is not an address: it holds a blank or a character that nobody sees',
  ],
  [
    "Ann <a@b.org> <c@d.org>",
    'to: "Ann <a@b.org> <c@d.org>" is not an address: it has two pairs of brackets',
  ],
  ["<a@b.org> c@d.org", 'to: "<a@b.org> c@d.org" is not an address: something stands behind the bracket'],
  [
    "Ann Bee a@b.org",
    'to: "Ann Bee a@b.org" is not an address: it holds a blank or a character that nobody sees',
  ],
  ['"a@b.org, c@d.org', 'to: "\\"a@b.org, c@d.org" has a quotation mark that is not closed'],
  ['Bob" <eve@e.org>, "a <b@c.org>', 'to: the name "Bob <eve@e.org>, a" holds another address in brackets'],
  ["a@b.org\r\nBcc: eve@evil.org", "to: contains a line break that would begin another header"],
  ["Ann\r\nBcc: eve@evil.org <a@b.org>", "to: contains a line break that would begin another header"],
  ["a@b.org\r\nRCPT TO:<eve@evil.org>", "to: contains a line break within an address"],
  ["a@ex\nample.org", "to: contains a line break within an address"],
])("%j is refused: %s", (text, sentence) => {
  expect(() => list(text)).toThrow(said(sentence));
});

test.each([
  [5, "to: must be an address, not 5"],
  [[["a@b.org"]], "to[0]: must be an address, not a list"],
  [() => "a@b.org", "to: must be an address, not a function (call it)"],
  [{ address: ["a@b.org"] }, "to.address: must be a string"],
  [{ address: "", name: "Ann" }, "to.address: is missing"],
  [
    { address: "a@b.org", name: "a\r\nBcc: b" },
    "to.name: contains a line break that would begin another header",
  ],
  [
    { address: "a@b.org", name: "Ann <eve@evil.org>" },
    'to.name: the name "Ann <eve@evil.org>" holds another address in brackets',
  ],
  [{ address: "a@b.org", name: "a\ud800" }, "to.name: contains half a character (a lone surrogate)"],
  [JSON.parse('{"address":"a@b.org","__proto__":{}}'), "to.__proto__: is not a field of an address"],
  ["x".repeat(1_000_001), "to: has 1000001 characters; at most 1000000 are allowed"],
  [["a@b.org, c@d.org"], 'to[0]: "a@b.org, c@d.org" holds several addresses; give each an entry of its own'],
  [["a@b.org; c@d.org"], 'to[0]: "a@b.org; c@d.org" holds several addresses; give each an entry of its own'],
])("%o is refused", (value, sentence) => {
  expect(() => list(value)).toThrow(said(sentence));
});

test("in strict mode a name may repeat its own address, but hold no other", () => {
  const strict = (value: unknown) => addressList("to", value, { strictNames: true });
  expect(strict("'A@b.org' <a@b.org>")).toEqual([{ address: "a@b.org", name: "'A@b.org'" }]);
  expect(() => strict("bob@example.com via Shop <a@b.org>")).toThrow(
    said('to: the name "bob@example.com via Shop" looks like another address'),
  );
  expect(() => strict({ name: "ceo@bank.example", address: "a@b.org" })).toThrow(
    said('to.name: the name "ceo@bank.example" looks like another address'),
  );
});

test("long lists and hostile ones are read in a time that grows with their length", () => {
  const hostile = ["(", "<", '"', ":", ";", ",", "@", " ", "\\", "a:", "(a", "a@", "\n"].map((one) =>
    one.repeat(300_000),
  );
  const began = performance.now();
  for (const text of hostile) {
    try {
      list(text);
    } catch (error) {
      expect(String(error).length).toBeLessThan(400);
    }
  }
  expect(list("ann@example.org, ".repeat(10_000))).toHaveLength(10_000);
  // A quadratic reading takes minutes.
  expect(performance.now() - began).toBeLessThan(20_000);
});

test("one address is exactly one", () => {
  expect(oneAddress("from", "Ann <a@b.org>")).toEqual({ address: "a@b.org", name: "Ann" });
  expect(() => oneAddress("from", "a@b.org, c@d.org")).toThrow(said("from: must be one address"));
  expect(() => oneAddress("from", undefined)).toThrow(said("from: is missing"));
  expect(() => oneAddress("from", [])).toThrow(said("from: is missing"));
});
