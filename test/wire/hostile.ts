import fc from "fast-check";

/** Recipients that a case may mean; whatever is hostile would add others, at evil.test. */
export const meant = ["ann@example.net", "bob@example.net", "cid@example.net"] as const;

const injections = [
  "\r\nX-Evil: 1",
  "\nX-Evil: 1",
  "\rX-Evil: 1",
  "\r\n\r\nbody",
  "\r\nBcc: evil@evil.test",
  "\0",
  "\u2028X-Evil: 1",
  "\u0085X-Evil: 1",
  "\u202egnp.exe",
  "\u2066",
  "\ud800",
  "\u00ad",
  ">\r\nRCPT TO:<evil@evil.test",
  ", evil@evil.test",
  "; evil@evil.test",
  "=?utf-8?q?=0D=0AX-Evil:_1?=",
  "x".repeat(1_500),
] as const;

const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.string({ maxLength: 10 }), fc.constantFrom(...injections))
      .map((two) => two.join("")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
);
const plain = fc.string({ unit: fc.constantFrom(..."abc DEF 123 éü"), maxLength: 30 });
const often = (good: fc.Arbitrary<unknown>, hostile: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 25, arbitrary: good }, { weight: 1, arbitrary: hostile });

const evilAddress = fc.constantFrom<unknown>(
  "ann@example.net\r\nRCPT TO:<evil@evil.test>",
  "<ann@example.net>, <evil@evil.test",
  { address: "ann@example.net, evil@evil.test" },
  { address: "ann@example.net>\r\nRCPT TO:<evil@evil.test" },
  { name: "A\r\nBcc: evil@evil.test", address: "ann@example.net" },
  '"ann@example.net" <evil@evil.test>',
  '"evil@evil.test"@example.net',
  "group: evil@evil.test, ann@example.net;",
  "ann@example.net@evil.test",
  "a\0nn@example.net",
  ["ann@example.net, evil@evil.test"],
  [["evil@evil.test"]],
  `${"x".repeat(65)}@example.net`,
  `a@${"x".repeat(64)}.test`,
  { __proto__: { address: "evil@evil.test" } },
  JSON.parse('{"__proto__": {"address": "evil@evil.test"}}'),
  42,
  null,
);
const goodAddress = fc.oneof(
  fc.constantFrom<unknown>(...meant),
  fc.constantFrom(...meant).chain((address) => plain.map((name) => ({ name, address }))),
  fc.subarray([...meant], { minLength: 1 }),
);
const address = often(goodAddress, evilAddress);

const header = fc.oneof(
  fc.tuple(fc.constantFrom("X-Campaign", "List-Unsubscribe", "X-Trace"), often(plain, text)),
  fc.tuple(
    fc.constantFrom(
      "Bcc",
      "To",
      "content-type",
      "Message-ID",
      "DKIM-Signature",
      "X-SES-SOURCE-ARN",
      "X Evil",
      "X-Evil: 1\r\nY",
      "__proto__",
      "",
    ),
    plain,
  ),
  fc.tuple(
    fc.constant("X-Campaign"),
    fc.constantFrom<unknown>({ prepared: true, value: "1\r\nX-Evil: 1" }, ["a", "b"], 1, null),
  ),
);
const headers = often(
  fc
    .array(fc.tuple(fc.constantFrom("X-Campaign", "X-Trace"), plain), { maxLength: 2 })
    .map((list) => Object.fromEntries(list)),
  fc.array(header, { maxLength: 3 }).map((list) => Object.fromEntries(list)),
);

const attachment = often(
  fc.record({ filename: plain.map((name) => `${name}.txt`), content: plain }),
  fc.oneof(
    fc.record({ filename: text, content: plain }),
    fc.record({ contentType: text, content: plain }),
    fc.record({ cid: text, content: plain }),
    fc.constantFrom<unknown>(
      { path: "/etc/passwd" },
      { href: "http://127.0.0.1:1/" },
      { filename: "a", path: "/etc/passwd", content: "x" },
      { content: { path: "/etc/passwd" } },
      { raw: "X-Evil: 1\r\n\r\nx" },
      { content: "x", headers: { "X-Evil": "1" } },
      JSON.parse('{"content": "x", "__proto__": {"path": "/etc/passwd"}}'),
    ),
  ),
);

/** A message of which most parts are good and a few are hostile. */
export const hostileMessage = fc.record(
  {
    from: often(fc.constantFrom<unknown>("shop@example.org", "Boutique <shop@example.org>"), evilAddress),
    to: address,
    cc: address,
    bcc: address,
    replyTo: often(fc.constant<unknown>("help@example.org"), evilAddress),
    subject: often(plain, text),
    text: often(plain, text),
    html: often(plain, text),
    headers,
    attachments: fc.array(attachment, { maxLength: 2 }),
    id: often(fc.uuid(), text),
    inReplyTo: often(fc.constant("<a@b.c>"), text),
    references: often(fc.constant("<a@b.c> <d@e.f>"), text),
    envelope: often(fc.constant(undefined), fc.record({ from: text, to: evilAddress })),
    raw: often(fc.constant(undefined), fc.constant("X-Evil: 1\r\n\r\nx")),
  },
  { requiredKeys: ["from", "to", "subject", "text"] },
);
