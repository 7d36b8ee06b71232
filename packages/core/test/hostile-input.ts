import fc from "fast-check";

const evil = "eve@evil.example";
const good = [
  "ann@example.org",
  "Ann <ann@example.org>",
  '"Bee, Ann" <ann@example.org>',
  "a@b.org, c@d.org",
  "x@bücher.example",
];
const nasty = [
  "\r\nBcc: eve@evil.example",
  "\n",
  "\u0000",
  "\u202e",
  "\u2028",
  "\u0085",
  "\ufeff",
  "\ud800",
  ",",
  ";",
  ":",
  "<",
  ">",
  '"',
  "\\",
  "@",
  " ",
  "(",
  evil,
  `<${evil}>`,
  "__proto__",
  "Friends:",
  "é",
  "😀",
  "=?utf-8?Q?=0D=0A?=",
  "%0d%0a",
  "\t",
];
const text = fc.oneof(
  fc.constantFrom(...good, ...nasty),
  fc
    .array(fc.constantFrom(...nasty, "ann", "example.org", "Ann <ann@example.org>"), { maxLength: 6 })
    .map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("x".repeat(1_000), `${"a".repeat(65)}@b.org`, "a@b.org,".repeat(2_000)),
);
const anything = fc.oneof(
  text,
  fc.anything({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    null,
    Number.NaN,
    () => evil,
    Symbol("a\r\nb"),
    5n,
    new Date(Number.NaN),
    new Map(),
    { prepared: true, value: `a\r\nBcc: ${evil}` },
    { path: "/etc/passwd" },
    { href: "http://169.254.169.254/" },
    { toString: () => evil },
    Object.create(null),
    [[[evil]]],
    { address: evil, __proto__: { name: "x" } },
  ),
);
const mostly = <T>(sound: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 3, arbitrary: sound }, { weight: 1, arbitrary: anything });
const address = mostly(
  fc.oneof(
    fc.constantFrom(...good),
    fc.record(
      { address: mostly(fc.constantFrom("ann@example.org", evil)), name: text },
      { requiredKeys: ["address"] },
    ),
  ),
);
const addresses = fc.oneof(address, fc.array(address, { maxLength: 3 }));
const names = fc.oneof(
  fc.constantFrom(
    "X-A",
    "X-B",
    "Bcc",
    "content-type",
    "__proto__",
    "constructor",
    "X-SES-A",
    "a\r\nb",
    "toString",
  ),
  text,
);
const record = fc
  .array(fc.tuple(names, anything), { maxLength: 3 })
  .map((entries) => JSON.parse("{}", () => Object.fromEntries(entries)));
const attachment = fc.dictionary(
  fc.constantFrom(
    "filename",
    "content",
    "contentType",
    "cid",
    "path",
    "href",
    "encoding",
    "contentDisposition",
    "raw",
  ),
  mostly(fc.constantFrom("x", "image/png", "attachment", "base64")),
  { maxKeys: 4 },
);
const own = fc.record(
  { from: mostly(fc.constantFrom("", "bounce@example.com")), to: addresses },
  { requiredKeys: [] },
);
const sound = {
  from: fc.constantFrom("shop@example.com", "Shop <shop@example.com>"),
  to: fc.constantFrom<unknown>(...good, [...good.slice(0, 3)], { address: "ann@example.org", name: "Ann" }),
  cc: fc.constantFrom(...good),
  bcc: fc.constantFrom("eve@evil.example", "ann@EXAMPLE.org"),
  replyTo: fc.constantFrom(...good),
  sender: fc.constant("bot@example.net"),
  subject: fc.constantFrom("Hello", "Grüße 😀"),
  text: fc.constant("Hello\r\n"),
  html: fc.constant("<p>Hello</p>"),
  inReplyTo: fc.constant("<a@b.org>"),
  references: fc.constantFrom<unknown>("<a@b.org> <c@d.org>", ["a@b.org"]),
  id: fc.constantFrom("order-1", "<a@b.org>"),
  tags: fc.constant({ campaign: "spring" }),
  date: fc.constantFrom<unknown>("2026-01-01", new Date(0)),
  headers: fc.constant({ "X-A": "1", "List-Id": "a" }),
  attachments: fc.constant([{ content: "x", filename: "a.txt", contentType: "text/plain", cid: "a" }]),
  envelope: fc.constantFrom(
    { to: "bob@example.org" },
    { from: "", to: ["bob@example.org"] },
    { from: "b@example.com" },
  ),
};
const hostile: Record<keyof typeof sound, fc.Arbitrary<unknown>> = {
  from: address,
  to: addresses,
  cc: addresses,
  bcc: addresses,
  replyTo: addresses,
  sender: address,
  subject: anything,
  text: anything,
  html: anything,
  inReplyTo: anything,
  references: fc.oneof(anything, fc.array(mostly(fc.constant("<a@b.org>")), { maxLength: 3 })),
  id: anything,
  tags: mostly(record),
  date: anything,
  headers: mostly(record),
  attachments: fc.oneof(anything, fc.array(mostly(attachment), { maxLength: 2 })),
  envelope: mostly(own),
};
const keys = Object.keys(sound) as (keyof typeof sound)[];

/** A message with up to three hostile places; now and then a field that none has, or no message at all. */
export const hostileInput: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .tuple(
        fc.record(sound, { requiredKeys: ["from", "to"] }),
        fc.shuffledSubarray(keys, { minLength: 1, maxLength: 3 }),
        fc.record(hostile),
      )
      .map(([base, places, bad]) => ({
        ...base,
        ...Object.fromEntries(places.map((key) => [key, bad[key]])),
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.record(sound), names, anything)
      .map(([base, key, value]) => Object.fromEntries([...Object.entries(base), [key, value]])),
  },
  { weight: 1, arbitrary: anything },
);
