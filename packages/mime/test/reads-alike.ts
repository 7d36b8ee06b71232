import { createMessage, type MessageInput } from "@relais/core/spi";
import { compile } from "@relais/mime";
import fc from "fast-check";
import { simpleParser } from "mailparser";
import PostalMime from "postal-mime";
import { expect } from "vitest";
import { composedByNodemailer } from "./composed-by-nodemailer.ts";

// The same mail, read by two parsers, as nodemailer's composer writes it.

const piece = fc.constantFrom(
  "Hello",
  "Grüße",
  "日本語の件名",
  "שלום",
  "👩‍👧",
  "=",
  "=20",
  ".",
  "..",
  "From here",
  " ",
  "  ",
  "\t",
  "\n",
  "\r\n",
  "\r",
  "\n.\n",
  " \n",
  "\t\r\n",
  "--",
  "\0",
  "\x7f",
  '<p style="color:red">',
  "x".repeat(75),
  "y".repeat(76),
  "z".repeat(77),
  "ä".repeat(40),
  "w ".repeat(60),
  "long".repeat(300),
);
const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(""));
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  text.map((one) => Buffer.from(one)),
  fc.constantFrom(0, 1, 56, 57, 58, 113, 114, 115, 5_000).map((length) => Buffer.alloc(length, 0xa5)),
);
const filename = fc.option(
  fc.oneof(
    fc.constantFrom(
      "invoice.pdf",
      "forwarded.eml",
      "page.mht",
      "Ä ö ü.pdf",
      "日本語.txt",
      "a b.txt",
      'quo"te.txt',
      "semi;colon.csv",
      "(1).png",
      "it's.doc",
      "-dash",
      "=?utf-8?Q?x?=.txt",
      `${"long".repeat(40)}.pdf`,
      `${"äöü".repeat(40)}.pdf`,
      "👩‍👧.png",
      "noending",
      ".hidden",
    ),
    fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
  ),
  { nil: undefined },
);
const contentType = fc.constantFrom(
  undefined,
  "application/pdf",
  "text/plain",
  "text/plain; charset=utf-8",
  "text/csv; header=present",
  "image/png",
  'image/svg+xml; name="old.svg"',
  "message/rfc822",
  "text/calendar; method=REQUEST",
);
const attachment = fc.record({
  content: bytes,
  filename,
  contentType,
  cid: fc.option(fc.constantFrom("logo", "a.b@c", "x-1"), { nil: undefined }),
});
const alternative = fc.record({
  contentType: fc.constantFrom(
    "text/markdown; charset=utf-8",
    "text/x-amp-html",
    "text/watch-html",
    "text/html; charset=utf-8",
    "application/ld+json",
  ),
  content: text.filter((one) => one !== ""),
});
const input: fc.Arbitrary<MessageInput> = fc.record({
  from: fc.constantFrom("a@relais.test", "Grüße <a@relais.test>"),
  to: fc.constantFrom<string | string[]>("b@relais.test", ["b@relais.test", "Bee <c@relais.test>"]),
  subject: fc.constantFrom("Hello", "Grüße aus München", "日本語", "y".repeat(200), ""),
  text: fc.option(text, { nil: undefined }),
  html: fc.option(text, { nil: undefined }),
  attachments: fc.array(attachment, { maxLength: 4 }),
  alternatives: fc.oneof(fc.constant([]), fc.array(alternative, { maxLength: 3 })),
  icalEvent: fc.option(
    fc.record({ method: fc.constantFrom("REQUEST", "cancel"), content: text.filter(Boolean) }),
    {
      nil: undefined,
    },
  ),
  headers: fc.constantFrom({}, { "X-Long": "word ".repeat(60).trim() }, { "List-Id": "Ann <a.b.c>" }),
});

/** Line breaks as one kind: text in base64 keeps those it had, all other text has CRLF. */
const plain = (body: string | undefined) => body?.replace(/\r\n|\r/g, "\n");

async function asRead(mail: Buffer) {
  const [postal, parsed] = await Promise.all([
    PostalMime.parse(mail),
    simpleParser(mail, { skipTextToHtml: true }),
  ]);
  // The boundary is random; a name is read by both parsers below, whichever encoded word it is.
  const chosen = /\s*(?:boundary="[^"]*"|; name=.*)/g;
  return {
    headers: postal.headers.map(({ key, value }) => [key, value.replace(chosen, "")]).sort(),
    text: plain(postal.text),
    html: plain(postal.html),
    files: postal.attachments.map(
      ({ filename: name, mimeType, disposition, related, contentId, method, content }) => ({
        name,
        mimeType,
        disposition,
        related,
        contentId,
        method,
        content: Buffer.from(content as ArrayBuffer).toString("latin1"),
      }),
    ),
    second: {
      text: plain(parsed.text),
      html: plain(parsed.html === false ? "" : parsed.html),
      files: parsed.attachments.map(({ filename: name, contentType: type, cid, content }) => [
        name,
        type,
        cid,
        content.toString("latin1"),
      ]),
    },
  };
}

/** What stands in every mail of ours. */
function wellFormed(mail: Buffer): void {
  const lines = mail.toString("latin1").split("\r\n");
  expect(lines.at(-1)).toBe("");
  for (const line of lines) {
    expect(line.length).toBeLessThanOrEqual(998);
    expect(line).not.toMatch(/[\r\n]/);
  }
}

/** Composes random mails as we do and as nodemailer does, and reads both by two parsers. */
export async function readsAlike(runs: number): Promise<void> {
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(input, async (written) => {
      const message = await createMessage(written).catch(() => undefined);
      if (message === undefined) return;
      sent++;
      const { bytes: mail } = await compile(message);
      const rawMessages = message.attachments.some(
        ({ contentType: type = "", filename: name = "" }) =>
          /^message\//i.test(type) || /\.(?:eml|mht|mime)$/.test(name),
      );
      if (!rawMessages) wellFormed(mail);
      expect(await asRead(mail)).toEqual(await asRead(await composedByNodemailer(message)));
    }),
    { numRuns: runs },
  );
  expect(sent).toBeGreaterThan(runs * 0.9);
}
