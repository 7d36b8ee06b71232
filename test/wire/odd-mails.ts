import fc from "fast-check";

/** A whole mail of odd shape, and what must come of it. */
export interface OddMail {
  readonly given: Buffer;
  /** As it must arrive: line breaks as CRLF, without Bcc and without what stood before it. */
  readonly arrives: Buffer;
  readonly from: string;
  readonly to: readonly string[];
}

/** A header field by its lines, and the mailboxes that it names; `Bcc` is left out of what arrives. */
interface Field {
  readonly lines: readonly string[];
  readonly to?: readonly string[];
  readonly cut?: true;
}

const field = (...lines: string[]): Field => ({ lines });
const to = (lines: string | string[], ...addresses: string[]): Field => ({
  lines: [lines].flat(),
  to: addresses,
});
const bcc = (lines: string | string[], ...addresses: string[]): Field => ({
  ...to(lines, ...addresses),
  cut: true,
});

const from: readonly Field[] = [
  field("From: shop@example.org"),
  field("from : Shop <shop@example.org>"),
  field('From: "Shop of the very long', '\tname" <shop@example.org>'),
  field("From: =?utf-8?Q?Caf=C3=A9=2C_ceo=40bank=2Eexample?= <shop@example.org>"),
  field("From: J\xf6rg <shop@example.org>"),
  field("From:", " shop@example.org", " (the shop)"),
  field("From: shop@example.org, other@example.org", "Sender: shop@example.org"),
];

const recipients: readonly Field[] = [
  to("To: ann@example.net", "ann@example.net"),
  to("To: =?utf-8?Q?Doe=2C_John?= <ann@example.net>", "ann@example.net"),
  to("To: =?utf-8?B?ZXZpbEBldmlsLmV4YW1wbGUsIHg=?= <ann@example.net>", "ann@example.net"),
  to('To: "Doe, evil@evil.example" <ann@example.net>, bob@example.net', "ann@example.net", "bob@example.net"),
  to(
    ["TO: ann@example.net (evil@evil.example, x),", "\tbob@example.net"],
    "ann@example.net",
    "bob@example.net",
  ),
  to(["To: Ann Smith", "\t<ann@example.net>,", " bob@example.net,"], "ann@example.net", "bob@example.net"),
  to(["To: ann@example.net", "X-Between: x", "to: cleo@example.net"], "ann@example.net", "cleo@example.net"),
  to(["Cc: Friends: dan@example.net, eve@example.net;"], "dan@example.net", "eve@example.net"),
  to(["To: undisclosed-recipients:;", "Cc: ann@example.net"], "ann@example.net"),
  to("To: J\xc3\xb6rg <ann@example.net>", "ann@example.net"),
];

const hidden: readonly Field[] = [
  bcc("Bcc: hidden@example.net", "hidden@example.net"),
  bcc(["bcc: hidden@example.net,", "\tdeep@example.net"], "hidden@example.net", "deep@example.net"),
  bcc(["BCC : Hidden <hidden@example.net>", " (not to be seen)"], "hidden@example.net"),
  bcc(["Bcc:", " hidden@example.net"], "hidden@example.net"),
  bcc(["Bcc: hidden@example.net", "Bcc: deep@example.net"], "hidden@example.net", "deep@example.net"),
  bcc("Bcc:"),
];

const further: readonly Field[] = [
  field("Subject: long and folded", "\twith a tab"),
  field("Subject: =?UTF-8?Q?order=201234,=0D=0ABcc:_evil=40evil.example?="),
  field("Subject: =?UTF-8?B?4oCuZXhlLnR4dA==?="),
  field(
    ...Array.from({ length: 30 }, (_, i) => `${i === 0 ? "Subject:" : ""} =?UTF-8?Q?${"x".repeat(40)}?=`),
  ),
  field("Subject:"),
  field(`Subject: ${"word ".repeat(300)}`),
  field("Date: Mon, 30 Nov 2026 08:41:56 MET"),
  field("Date: Thu, 01 Jan 1601 00:00:00 +0000"),
  field("Date: sometime"),
  field("Message-ID: <1234.JavaMail.root@app_server>"),
  field("Message-ID: <no at sign>"),
  field(`Message-ID: <!&!${"A".repeat(300)}==@example.org>`),
  field("In-Reply-To: <foo@bar@baz.example> \u00a7"),
  field("References: <a@x><b@y>", "\t<c@[192.0.2.1]>"),
  field("Received: from nowhere", "\tby somewhere; now"),
  field("X-Empty:"),
  field(`X-Long: ${"y".repeat(1_500)}`),
  field("X-Bytes: \x80\xff\x01\x7f"),
  field('Content-Type: multipart/mixed; boundary="b";', '\tname="a\x1b b'),
  field("Content-ID: <<odd>>"),
  field("Reply-To: nobody, at <all"),
  field("DKIM-Signature: v=1; a=rsa-sha256; bh=x;", "\tb=y"),
];

const bodies: readonly string[] = [
  "",
  "Hello",
  "Hello\n",
  ".\n..\n.dots\n\n.\n",
  "Bcc: in-the-body@example.net\nTo: evil@evil.example\n",
  `${"long ".repeat(400)}\n`,
  "8-bit: \xe4\xf6\xfc\xff\x00\x80\n",
  '--b\nContent-Disposition: attachment; filename="a\n\tfolded.pdf"\n\n%PDF\n--b--\n',
  "From the shop\n>From the shop\n\n\n\n",
];

const before: readonly string[] = [
  "",
  "",
  "",
  "\xef\xbb\xbf",
  "\n",
  " \t\n\n",
  "From ann@example.org Mon Nov 30 08:41:56 2026\n",
  "\xef\xbb\xbf\n>From nobody\n\n",
];

/** Every line break by the text for it, one after the other. */
function broken(text: string, breaks: readonly string[]): Buffer {
  let at = 0;
  return Buffer.from(
    text.replace(/\n/g, () => breaks[at++ % breaks.length] as string),
    "latin1",
  );
}

const breakings: readonly (readonly string[])[] = [
  ["\r\n"],
  ["\n"],
  ["\r"],
  ["\r\r\n"],
  ["\r\n", "\n"],
  ["\n", "\r\n", "\r\n"],
];

export const oddMail: fc.Arbitrary<OddMail> = fc
  .record({
    from: fc.constantFrom(...from),
    recipients: fc.subarray([...recipients], { minLength: 1, maxLength: 3 }),
    hidden: fc.subarray([...hidden], { maxLength: 2 }),
    further: fc.shuffledSubarray([...further], { maxLength: 8 }),
    body: fc.constantFrom(...bodies),
    headOnly: fc.boolean(),
    before: fc.constantFrom(...before),
    breaks: fc.constantFrom(...breakings),
    places: fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
  })
  .map(({ body, before: prefix, breaks, places, headOnly, ...parts }) => {
    const fields = [parts.from, ...parts.recipients, ...parts.hidden, ...parts.further];
    const order = fields
      .map((one, i) => ({ one, place: places[i] ?? i }))
      .sort((a, b) => a.place - b.place)
      .map(({ one }) => one);
    const head = (list: readonly Field[]): string =>
      list.flatMap(({ lines }) => lines.map((line) => `${line}\n`)).join("");
    const tail = headOnly && body === "" ? "" : `\n${body}`;
    const whole = `${prefix}${head(order)}${tail}`;
    const shown = head(order.filter(({ cut }) => cut !== true)) + tail;
    const ended = shown.endsWith("\n") ? shown : `${shown}\n`;
    return {
      given: broken(whole, breaks),
      arrives: broken(ended, ["\r\n"]),
      from: "shop@example.org",
      to: [...new Set(order.flatMap((one) => one.to ?? []))],
    };
  });
