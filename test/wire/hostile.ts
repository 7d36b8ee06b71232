import fc from "fast-check";

/** Recipients that a case may mean; whatever is hostile would add others, at evil.test. */
const meant = ["ann@example.net", "bob@example.net", "cid@example.net"] as const;

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
  "\u202dgnp.exe",
  "\u2067gnp\u2069.exe",
  "=?utf-8?B?4oCuZ25wLmV4ZQ==?=",
  "=?utf-8?Q?=E2=80=AEgnp.exe?= x",
  "=?utf-8?Q?a b?=",
  "=?",
  "?=",
  "\ttab",
  "\r\n folded",
  "\n",
  "                              far",
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

/** A value of an address field, and the mailboxes that a reader of it may take for meant. */
interface Written {
  readonly value: unknown;
  readonly mailboxes: readonly string[];
}
const evil = "evil@evil.test";
const ann = "ann@example.net";
const as = (value: unknown, ...mailboxes: string[]): Written => ({ value, mailboxes });

const evilAddress = fc.constantFrom<Written>(
  as(`${ann}\r\nRCPT TO:<${evil}>`),
  as(`<${ann}>, <${evil}`),
  as({ address: `${ann}, ${evil}` }),
  as({ address: `${ann}>\r\nRCPT TO:<${evil}` }),
  as({ name: `A\r\nBcc: ${evil}`, address: ann }),
  as({ name: `A\n ${evil}`, address: ann }, ann),
  as({ name: `A <${evil}>`, address: ann }),
  as({ name: `A" <${evil}>, "`, address: ann }),
  as({ name: `${evil} via Shop`, address: ann }, ann),
  as({ name: "A\u202etset.live@live\u202c", address: ann }, ann),
  as({ name: "=?utf-8?Q?=E2=80=AEtset=2Elive?=", address: ann }, ann),
  as({ name: `=?utf-8?Q?A=22_=3Cevil=40evil=2Etest=3E?=`, address: ann }, ann),
  as({ name: `=?utf-8?Q?a=0D=0ABcc:_evil=40evil.test?=`, address: ann }, ann),
  as(`"${ann}" <${evil}>`, evil),
  as(`A <${evil}> <${ann}>`),
  as(`A (${evil}) <${ann}>`, ann),
  as(`${ann} (, ${evil})`, ann),
  as(`(${evil}) ${ann}`, ann),
  as(`A, ${evil} <${ann}>`),
  as(`${ann} ${evil}`),
  as(`${ann}\n${evil}`),
  as(`${ann},\n${evil}`, ann, evil),
  as('"evil@evil.test"@example.net', '"evil@evil.test"@example.net'),
  as(`group: ${evil}, ${ann};`, evil, ann),
  as("undisclosed-recipients:;"),
  as(`${ann}@evil.test`),
  as(`@evil.test:${ann}`, ann),
  as("a\0nn@example.net"),
  as("ann@exam\u202eple.net"),
  as("\u202aann@example.net\u202c", ann),
  as([`${ann}, ${evil}`]),
  as([[evil]]),
  as({ group: [{ address: ann }, { name: "x", address: `${ann}; ${evil}` }] }),
  as(`${"x".repeat(65)}@example.net`, `${"x".repeat(65)}@example.net`),
  as(`a@${"x".repeat(64)}.test`),
  as({ __proto__: { address: evil } }),
  as(JSON.parse(`{"__proto__": {"address": "${evil}"}}`)),
  as("a@127.1", "a@127.1"),
  as("a@evil.test\uff0fx.example.net"),
  as(42),
  as(null),
);
const goodAddress: fc.Arbitrary<Written> = fc.oneof(
  fc.constantFrom(...meant).map((address) => as(address, address)),
  fc
    .constantFrom(...meant)
    .chain((address) => fc.oneof(plain, text).map((name) => as({ name, address }, address))),
  fc.subarray([...meant], { minLength: 1 }).map((list) => as(list, ...list)),
);
const mostly = <T>(good: fc.Arbitrary<T>, hostile: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: good }, { weight: 1, arbitrary: hostile });
const address = mostly(goodAddress, evilAddress);

const header = fc.oneof(
  fc.tuple(fc.constantFrom("X-Campaign", "List-Unsubscribe", "X-Trace"), often(plain, text)),
  fc.tuple(
    fc.constantFrom(
      "Bcc",
      "To",
      "content-type",
      "Message-ID",
      "DKIM-Signature",
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

const shop = (name: string): Written => as(`${name}<shop@example.org>`, "shop@example.org");
const from = mostly<Written>(
  fc.constantFrom(as("shop@example.org", "shop@example.org"), shop("Boutique ")),
  evilAddress,
);

/** A message of which most parts are good and a few are hostile, and whom it may be from and for. */
export const hostileMessage = fc
  .record(
    {
      from,
      to: address,
      cc: address,
      bcc: address,
      replyTo: mostly<Written>(fc.constant(as("help@example.org", "help@example.org")), evilAddress),
      subject: fc.oneof(plain, text),
      text: often(plain, text),
      html: often(plain, text),
      headers,
      attachments: fc.array(attachment, { maxLength: 2 }),
      id: often(fc.uuid(), text),
      inReplyTo: often(fc.constant("<a@b.c>"), text),
      references: often(fc.constant("<a@b.c> <d@e.f>"), text),
      list: often(
        fc.constant(undefined),
        fc.record({ unsubscribe: text, id: fc.record({ url: text, comment: text }) }),
      ),
      envelope: fc.oneof(
        { weight: 25, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.record({ from: evilAddress, to: evilAddress }) },
      ),
    },
    { requiredKeys: ["from", "to", "subject", "text"] },
  )
  .map((parts) => {
    const { from, to, cc, bcc, replyTo, envelope, ...rest } = parts;
    const shown = [to, cc].flatMap((one) => one?.mailboxes ?? []);
    const fields = { from, to, cc, bcc, replyTo };
    const addressed = Object.fromEntries(
      Object.entries(fields).flatMap(([name, one]) => (one === undefined ? [] : [[name, one.value]])),
    );
    const own =
      envelope === undefined ? {} : { envelope: { from: envelope.from.value, to: envelope.to.value } };
    return {
      input: { ...addressed, ...rest, ...own } as Record<string, unknown>,
      authors: from.mailboxes,
      shown,
      replyTo: replyTo?.mailboxes ?? [],
      senders: [...from.mailboxes, ...(envelope?.from.mailboxes ?? []), ""],
      recipients: [...shown, ...(bcc?.mailboxes ?? []), ...(envelope?.to.mailboxes ?? [])],
    };
  });

export type HostileMessage = typeof hostileMessage extends fc.Arbitrary<infer T> ? T : never;
