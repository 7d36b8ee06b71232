import { createMessage, type MessageInput } from "@relais/core/spi";
import { compile } from "@relais/mime";
import fc from "fast-check";
import PostalMime, { type Email } from "postal-mime";
import { expect, test } from "vitest";
import { headerValues } from "./header-block.ts";

// Each generator gives what people write, and what a reader must see of it.

/** Text as forms, rows and word processors leave it: breaks and tabs, and marks that nobody sees. */
const word = fc.constantFrom(
  "Order",
  "4711",
  "Grüße",
  "שלום\u200f",
  "متجر\u061c",
  "สวัสดี\u200bครับ",
  "10\u2060km",
  "Donau\u00addampf",
  "\u200eIMG",
  "👩\u200d👧",
  "سلام\u200cخوب",
  "日本語",
  "=?UTF-8?B?QQ==?=",
  "=?",
  "?=",
  '"quoted"',
  "back\\slash",
  "<b>",
  "a@b.example",
  "(so)",
  "[Staging]",
  "x".repeat(120),
);
const blank = fc.constantFrom(" ", "\t", "\n", "\r\n", "\r\n\t", " \n ", "\u2028", "\v");
const end = fc.constantFrom("", "\n", "\r\n", "\t", " ", "\u0085");
const line = fc
  .tuple(end, fc.array(fc.tuple(word, blank), { minLength: 1, maxLength: 6 }), end)
  .map(([before, words, after]) => {
    const last = words.length - 1;
    return {
      written: before + words.map(([one, gap], i) => (i === last ? one : one + gap)).join("") + after,
      seen: words.map(([one]) => one).join(" "),
    };
  });
/** A name of which no word is an address in brackets. */
const name = line.filter(({ seen }) => !/</.test(seen) && !seen.includes("@"));

const absent = fc.constantFrom<null | undefined | "" | readonly []>(null, undefined, "", []);
const orAbsent = <T>(value: fc.Arbitrary<T>) => fc.oneof(value, absent);

interface Box {
  readonly written: string;
  readonly mailbox: string;
  readonly address: string;
  readonly name: string;
}
const bare = fc.constantFrom(
  ["ann@example.net", "ann@example.net"],
  ["bob@bücher.example", "bob@xn--bcher-kva.example"],
  ["ann.@docomo.example", "ann.@docomo.example"],
  [`reply+${"t".repeat(80)}@example.org`, `reply+${"t".repeat(80)}@example.org`],
  ["cee@mail_host.local", "cee@mail_host.local"],
  ["dan@example.net.", "dan@example.net"],
  ["\u202aeve@example.net\u202c", "eve@example.net"],
  ['"fay"@example.net', "fay@example.net"],
  ["josé@example.net", "josé@example.net"],
);
const plainName = fc.constantFrom(
  "Ann",
  "Acme (Support)",
  "[Staging] Shop",
  "Wolfe, Hannah",
  "Jörg",
  "Example's",
  "bob@example.com via Shop",
);
const box: fc.Arbitrary<Box> = fc.oneof(
  bare.map(([written = "", mailbox = ""]) => ({ written, mailbox, address: mailbox, name: "" })),
  fc.tuple(bare, plainName).map(([[written = "", mailbox = ""], called]) => ({
    written: `${called} < ${written} >`,
    mailbox,
    address: mailbox,
    name: called,
  })),
  fc.tuple(bare, plainName).map(([[written = "", mailbox = ""], called]) => ({
    written: `"${called}" <${written}>`,
    mailbox,
    address: mailbox,
    name: called,
  })),
  bare.map(([written = "", mailbox = ""]) => ({
    written: `${written} (Ann)`,
    mailbox,
    address: mailbox,
    name: "Ann",
  })),
);
const separator = fc.constantFrom(",", ", ", "; ", ";", ",\n", ",\r\n ", ", , ");
const people = fc
  .tuple(
    fc.array(fc.tuple(box, separator), { minLength: 1, maxLength: 4 }),
    fc.constantFrom("", ",", ";", "\n"),
    fc.constantFrom("text", "group", "list", "objects"),
  )
  .map(([boxes, after, form]) => {
    const last = boxes.length - 1;
    const text =
      boxes.map(([{ written }, gap], i) => (i === last ? written : written + gap)).join("") + after;
    const list = boxes.map(([one]) => one);
    return {
      boxes: list,
      written:
        form === "text"
          ? text
          : form === "group"
            ? `Team: ${list.map(({ written }) => written).join(", ")};`
            : form === "list"
              ? [null, ...list.map(({ written }) => ` ${written}\n`), ""]
              : list.map(({ address, name: called }) => ({
                  address: ` ${address}`,
                  name: called === "" ? null : called,
                })),
    };
  });

// Readers decode encoded words in file names, too, although RFC 2231 has none there.
const fileName = line.filter(({ seen }) => seen.length <= 255 && !/=\?|\?=/.test(seen));
const file = fc
  .record({ name: fileName, bytes: fc.uint8Array({ maxLength: 60 }) })
  .chain(({ name: filename, bytes }) =>
    fc
      .constantFrom<unknown>(
        bytes,
        Uint8Array.from(bytes).buffer,
        new Blob([Uint8Array.from(bytes)]),
        JSON.parse(JSON.stringify(Buffer.from(bytes))),
      )
      .chain((content) =>
        fc.constantFrom<object>(
          { content },
          { content: Buffer.from(bytes).toString("base64"), encoding: "Base64", contentType: "" },
          { content: Buffer.from(bytes).toString("hex"), encoding: "HEX", contentType: null },
          { path: `data:application/pdf;base64,${Buffer.from(bytes).toString("base64")}` },
        ),
      )
      .map((parts) => ({
        written: { ...parts, filename: filename.written, cid: null },
        seen: filename.seen,
        bytes,
      })),
  );

const shape = fc.record({
  subject: line,
  shopName: name,
  to: people,
  cc: orAbsent(people),
  replyTo: orAbsent(people),
  files: fc.array(file, { maxLength: 2 }),
  text: fc.oneof(fc.constant("Hello"), absent),
  html: fc.oneof(fc.constant("<p>Hello</p>"), absent),
  empty: fc.record({
    sender: absent,
    bcc: absent,
    inReplyTo: absent,
    references: absent,
    headers: absent,
    list: absent,
    tags: absent,
    envelope: absent,
    icalEvent: absent,
    priority: absent,
    date: absent,
  }),
  headers: fc.record({
    "X-Json": fc.constant('{"a":"ü","b":[1]}'),
    "X-Twice": fc.constant(["a", "b"]),
    "X-Number": fc.constant(1),
  }),
});

const isPeople = (value: unknown): value is { readonly boxes: readonly Box[]; readonly written: unknown } =>
  typeof value === "object" && value !== null && "boxes" in value;
const writtenOf = (value: unknown): unknown => (isPeople(value) ? value.written : value);
const boxesOf = (value: unknown): readonly Box[] => (isPeople(value) ? value.boxes : []);
const pairs = (
  list: readonly { readonly address?: string | undefined; readonly name: string }[] | undefined,
) => (list ?? []).map(({ address = "", name: called }) => [address, called]);
const expected = (value: unknown) => boxesOf(value).map(({ address, name: called }) => [address, called]);

type Given = typeof shape extends fc.Arbitrary<infer T> ? T : never;

function check(given: Given, mail: Email, bytes: Buffer): void {
  expect(mail.subject).toBe(given.subject.seen);
  expect(pairs([{ address: mail.from?.address, name: mail.from?.name ?? "" }])).toEqual([
    ["shop@example.org", given.shopName.seen],
  ]);
  expect(pairs(mail.to)).toEqual(expected(given.to));
  expect(pairs(mail.cc)).toEqual(expected(given.cc));
  expect(pairs(mail.replyTo)).toEqual(expected(given.replyTo));
  expect(mail.attachments.map(({ filename }) => filename)).toEqual(given.files.map(({ seen }) => seen));
  expect(mail.attachments.map(({ content }) => [...new Uint8Array(content as ArrayBuffer)])).toEqual(
    given.files.map(({ bytes: was }) => [...was]),
  );
  expect((mail.text ?? "").trim()).toBe(
    given.text === "Hello" ? "Hello" : mail.html === undefined ? "" : (mail.text ?? "").trim(),
  );
  expect((mail.html ?? "").trim()).toBe(given.html === "<p>Hello</p>" ? given.html : "");
  expect(JSON.parse(headerValues(bytes, "X-Json")[0] ?? "")).toEqual({ a: "ü", b: [1] });
  expect(headerValues(bytes, "X-Twice")).toEqual(["a", "b"]);
  for (const one of bytes.toString("latin1").split("\r\n")) expect(one.length).toBeLessThanOrEqual(998);
}

test("what people write is sent, and a reader sees what was written", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(shape, async (given) => {
      const { subject, shopName, to, cc, replyTo, files, text, html, empty, headers } = given;
      const message = await createMessage({
        ...empty,
        from: { name: shopName.written, address: "shop@example.org" },
        to: writtenOf(to),
        cc: writtenOf(cc),
        replyTo: writtenOf(replyTo),
        subject: subject.written,
        text,
        html,
        headers,
        attachments: files.map(({ written }) => written),
      } as MessageInput);
      const recipients = new Set([...boxesOf(to), ...boxesOf(cc)].map(({ address }) => address));
      expect(new Set(message.envelope.to)).toEqual(recipients);
      const { bytes } = await compile(message);
      check(given, await PostalMime.parse(bytes), bytes);
    }),
    { numRuns: 1_500 },
  );
});
