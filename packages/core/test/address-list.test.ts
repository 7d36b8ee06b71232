import { expect, test } from "vitest";
import { addressList, oneAddress } from "../src/message/address-list.ts";
import { said } from "./said.ts";

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

test.each([
  ["Friends: a@b.org, c@d.org;", "to[0]: "],
  ["Friends: a@b.org;", "to: "],
  ["undisclosed-recipients:;", "to: "],
  ["a@b.org;", "to: "],
])("the group %j is refused by name", (text, field) => {
  expect(() => list(text)).toThrow(field);
  expect(() => list(text)).toThrow(/groups of addresses are not supported$/);
});

test.each([
  ["", "to: is empty"],
  ["a@b.org,", "to[1]: is empty"],
  [",", "to[0]: is empty"],
  ["<a@b.org", 'to: "<a@b.org" is not an address'],
  ["a@b.org>", 'to: "a@b.org>" is not an address'],
  ["<>", 'to: "" is not an address: it has no @'],
  [
    "Ann <a@b.org> <c@d.org>",
    'to: "Ann <a@b.org> <c@d.org>" is not an address: put the name in double quotes',
  ],
  ["Ann (work) <a@b.org>", 'to: "Ann (work) <a@b.org>" is not an address: put the name in double quotes'],
  ["eve@evil.org <a@b.org>", 'to: the name "eve@evil.org" looks like another address'],
  ['"a@b.org, c@d.org', 'to: "\\"a@b.org, c@d.org": quoted addresses are not supported'],
])("%j is refused: %s", (text, sentence) => {
  expect(() => list(text)).toThrow(said(sentence));
});

test.each([
  [5, "to: must be an address, not 5"],
  [null, "to: must be an address, not null"],
  [[["a@b.org"]], "to[0]: must be an address, not a list"],
  [() => "a@b.org", "to: must be an address, not a function"],
  [{}, "to.address: must be a string"],
  [{ address: ["a@b.org"] }, "to.address: must be a string"],
  [{ address: "a@b.org", name: 7 }, "to.name: must be a string, not 7"],
  [{ address: "a@b.org", name: "a\nb" }, "to.name: contains a line break"],
  [{ address: "a@b.org", group: [] }, "to.group: is not a field of an address"],
  [JSON.parse('{"address":"a@b.org","__proto__":{}}'), "to.__proto__: is not a field of an address"],
  ["x".repeat(100_001), "to: has 100001 characters; at most 100000 are allowed"],
  [["a@b.org, c@d.org"], 'to[0]: "a@b.org, c@d.org" holds several addresses; give each an entry of its own'],
])("%o is refused", (value, sentence) => {
  expect(() => list(value)).toThrow(said(sentence));
});

test("one address is exactly one", () => {
  expect(oneAddress("from", "Ann <a@b.org>")).toEqual({ address: "a@b.org", name: "Ann" });
  expect(() => oneAddress("from", "a@b.org, c@d.org")).toThrow(said("from: must be one address"));
  expect(() => oneAddress("from", undefined)).toThrow(said("from: is missing"));
  expect(() => oneAddress("from", [])).toThrow(said("from: is missing"));
});
