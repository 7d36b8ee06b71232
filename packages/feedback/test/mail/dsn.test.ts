import fc from "fast-check";
import { expect, test } from "vitest";
import { receiveMail } from "../../src/index.ts";
import { dsn, type ReportedRecipient, textReport } from "./reports.ts";

const told = async (mail: Buffer) =>
  (await receiveMail(mail)).events.map(({ type, bounce, recipient, code }) =>
    [type, bounce, recipient, code].filter((one) => one !== undefined).join(" "),
  );
const one = (recipient: ReportedRecipient) =>
  told(dsn({ recipients: [{ final: "rfc822; ann@example.com", action: "failed", ...recipient }] }));

test.each([
  // Status, what the server said, what it means.
  ["5.1.1", "smtp; 550 5.1.1 <ann@example.com>: no such user here", "bounced hard ann@example.com 5.1.1"],
  ["5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound", "bounced hard ann@example.com 5.1.10"],
  ["5.2.1", "smtp; 550 5.2.1 The account is disabled", "bounced hard ann@example.com 5.2.1"],
  ["5.1.2", "smtp; 550 5.1.2 Host unknown", "bounced hard ann@example.com 5.1.2"],
  [
    "5.4.1",
    "smtp; 550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
    "bounced hard ann@example.com 5.4.1",
  ],
  ["5.2.2", "smtp; 552 5.2.2 mailbox is full", "bounced soft ann@example.com 5.2.2"],
  ["4.2.2", "smtp; 452 4.2.2 over quota", "bounced soft ann@example.com 4.2.2"],
  ["4.4.7", "smtp; 450 4.4.7 delivery time expired", "bounced soft ann@example.com 4.4.7"],
  ["5.4.6", "smtp; 554 5.4.6 Too many hops", "bounced soft ann@example.com 5.4.6"],
  ["5.7.1", "smtp; 550 5.7.1 message looks like spam", "failed ann@example.com 5.7.1"],
  ["5.7.26", "smtp; 550 5.7.26 unauthenticated mail is not accepted", "failed ann@example.com 5.7.26"],
  ["5.3.4", "smtp; 552 5.3.4 message size exceeds fixed limit", "failed ann@example.com 5.3.4"],
  // The server's own reply counts for more than what another made of it.
  ["5.1.1", "smtp; 552 5.2.2 over quota", "bounced soft ann@example.com 5.2.2"],
  ["5.1.1", "smtp; 550 5.7.1 address of the sender is on a block list", "failed ann@example.com 5.7.1"],
  ["5.0.0", "smtp; 550 5.1.1 user unknown", "bounced hard ann@example.com 5.1.1"],
  [
    "5.0.0 (permanent failure)",
    "smtp; 5.1.0 - error 550-'5.1.1 user unknown'",
    "bounced hard ann@example.com 5.1.1",
  ],
  ["5.0.0", undefined, "bounced undetermined ann@example.com 5.0.0"],
  [undefined, undefined, "bounced undetermined ann@example.com"],
  [undefined, "smtp; 550 user unknown", "bounced hard ann@example.com 550"],
  // What a program makes of a reply without a status is no more than the reply says.
  [
    "5.1.3",
    "smtp; 553 blocked, see https://www.spamhaus.org/query/bl?ip=192.0.2.1",
    "failed ann@example.com 5.1.3",
  ],
  ["5.4.4", "smtp; 550 5.4.4 no mail exchanger for this domain", "bounced hard ann@example.com 5.4.4"],
  ["5.4.4", "X-Postfix; Name service error: Host not found, try again", "bounced soft ann@example.com 5.4.4"],
  ["5.1.1", "X-Postfix; unknown user: ann", "bounced hard ann@example.com 5.1.1"],
])("status %s, %s", async (status, diagnostic, expected) => {
  expect(
    await one({
      ...(status === undefined ? {} : { status }),
      ...(diagnostic === undefined ? {} : { diagnostic }),
    }),
  ).toEqual([expected]);
});

test.each([
  ["delayed", "4.4.1", "deferred ann@example.com 4.4.1"],
  ["delivered", "2.1.5", "delivered ann@example.com 2.1.5"],
  ["relayed", "2.1.9", "delivered ann@example.com 2.1.9"],
  ["expanded (to a list)", "2.1.5", "delivered ann@example.com 2.1.5"],
  ["FAILED", "5.1.1", "bounced hard ann@example.com 5.1.1"],
  [undefined, "4.4.1", "deferred ann@example.com 4.4.1"],
  [undefined, "2.0.0", "delivered ann@example.com 2.0.0"],
])("action %s", async (action, status, expected) => {
  const recipients = [{ final: "rfc822; ann@example.com", ...(action && { action }), status }];
  expect(await told(dsn({ recipients }))).toEqual([expected]);
});

test("the address that the mail was sent to counts, not the one where it ended", async () => {
  const mail = dsn({
    recipients: [
      {
        original: "rfc822; ann@example.com",
        final: "rfc822; ann.lee@mailbox.example.net",
        action: "failed",
        status: "5.1.1",
      },
    ],
  });
  expect(await told(mail)).toEqual(["bounced hard ann@example.com 5.1.1"]);
});

test("who the mail was, when it was, and why, without addresses", async () => {
  const mail = dsn({
    original: ["Message-ID: <first@example.org>", "X-Relais-Id: order-17", "To: ann@example.com"],
    recipients: [
      {
        final: "rfc822; ann@example.com",
        action: "failed",
        status: "5.1.1",
        diagnostic: "smtp; 550 5.1.1 <ann@example.com> is not here",
        more: ["Last-Attempt-Date: Mon, 2 Mar 2026 10:04:00 +0000"],
      },
    ],
  });
  const [event] = (await receiveMail(mail, { provider: "OWN" })).events;
  expect(event).toEqual({
    type: "bounced",
    bounce: "hard",
    recipient: "ann@example.com",
    provider: "OWN",
    source: "dsn",
    eventId: expect.any(String),
    message: "order-17",
    providerMessageId: "<first@example.org>",
    code: "5.1.1",
    reason: "550 5.1.1 <address> is not here",
    at: Date.UTC(2026, 2, 2, 10, 4),
  });
  const again = (await receiveMail(mail, { provider: "OWN" })).events[0];
  expect(again?.eventId).toBe(event?.eventId);
});

test("what a server says to people alone fills what its status leaves open", async () => {
  const mail = dsn({
    text: "For the following recipients:\n\nann@example.com: 552 5.2.2 mailbox full\nbob@example.com: 550 5.1.1 user unknown\n",
    recipients: [
      { final: "rfc822; ann@example.com", action: "failed", status: "5.0.0" },
      { final: "rfc822; bob@example.com", action: "failed", status: "5.0.0" },
    ],
  });
  expect(await told(mail)).toEqual([
    "bounced soft ann@example.com 5.2.2",
    "bounced hard bob@example.com 5.1.1",
  ]);
});

test("a report within the mail of a gateway", async () => {
  const inner = dsn({
    recipients: [{ final: "rfc822; ann@example.com", action: "failed", status: "5.1.1" }],
  });
  const mail = Buffer.from(
    [
      "From: MAILER-DAEMON@gateway.example.org",
      "To: sender@example.org",
      "Subject: Returned mail",
      'Content-Type: multipart/mixed; boundary="g"',
      "",
      "--g",
      "Content-Type: text/plain",
      "",
      "See below.",
      "--g",
      "Content-Type: message/rfc822",
      "",
      inner.toString(),
      "--g--",
      "",
    ].join("\r\n"),
  );
  expect(await told(mail)).toEqual(["bounced hard ann@example.com 5.1.1"]);
});

test("parts whose boundary is wrong, and lines that end in CR or LF alone", async () => {
  const recipients = [{ final: "rfc822; ann@example.com", action: "failed", status: "5.1.1" }];
  const mail = dsn({ recipients });
  expect(await told(Buffer.from(mail.toString().replaceAll("--b1", "--b0")))).toEqual([
    "bounced hard ann@example.com 5.1.1",
  ]);
  expect(await told(dsn({ recipients, newline: "\r" }))).toEqual(["bounced hard ann@example.com 5.1.1"]);
  expect(await told(dsn({ recipients, newline: "\n" }))).toEqual(["bounced hard ann@example.com 5.1.1"]);
});

test("the whole mail came back: what is behind the status is not read", async () => {
  const original = ["Message-ID: <first@example.org>", "", "x".repeat(3_000_000)];
  const mail = dsn({
    recipients: [{ final: "rfc822; ann@example.com", action: "failed", status: "5.1.1" }],
    original,
    originalType: "message/rfc822",
  });
  expect(await told(mail)).toEqual(["bounced hard ann@example.com 5.1.1"]);
});

// Everything that RFC 3464 and RFC 6533 leave to who writes a report.
const local = fc
  .stringMatching(/^[a-z0-9][a-z0-9.+_=-]{0,20}[a-z0-9]$/)
  .filter((text) => !text.includes(".."));
const mailbox = fc
  .tuple(local, fc.constantFrom("example.com", "mail.example.net", "example.co.uk"))
  .map((parts) => parts.join("@"));
const utf8Mailbox = fc.constantFrom("αννα@example.gr", "jörg@bücher.example", "用户@example.cn");
const ends = fc.constantFrom<readonly [string, string, string]>(
  ["failed", "5.1.1", "bounced hard"],
  ["failed", "5.2.2", "bounced soft"],
  ["failed", "5.7.1", "failed"],
  ["delayed", "4.2.0", "deferred"],
  ["delivered", "2.0.0", "delivered"],
);
const recased = (text: string, odd: boolean): string => (odd ? text.toUpperCase() : text.toLowerCase());
const style = fc.record({
  upper: fc.boolean(),
  fold: fc.boolean(),
  comment: fc.boolean(),
  brackets: fc.boolean(),
  blanks: fc.boolean(),
  extraGap: fc.boolean(),
  newline: fc.constantFrom("\r\n", "\n"),
  encoding: fc.constantFrom("7bit", "base64", "quoted-printable"),
  whole: fc.boolean(),
});

const quotedPrintable = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) =>
      byte === 10
        ? "\n"
        : byte < 32 || byte > 126 || byte === 61
          ? `=${byte.toString(16).toUpperCase().padStart(2, "0")}`
          : String.fromCharCode(byte),
    )
    .join("");

test("any way that the RFCs allow to write it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(fc.oneof(mailbox, utf8Mailbox), ends), {
        minLength: 1,
        maxLength: 5,
        selector: ([address]) => address,
      }),
      style,
      async (list, { upper, fold, comment, brackets, blanks, extraGap, newline, encoding, whole }) => {
        const isGlobal = list.some(([address]) => /[^\x20-\x7e]/.test(address));
        const recipients = list.map(([address, [action, status]]): ReportedRecipient => {
          const type = isGlobal ? "utf-8" : "rfc822";
          const text = brackets ? `<${address}>` : address;
          return {
            final: `${recased(type, upper)};${blanks ? "  " : ""}${text}${comment ? " (a (nested) comment)" : ""}`,
            action: recased(action, upper),
            status: `${status}${comment ? " (some words)" : ""}`,
            more: ["Remote-MTA: dns; mx.example.com", "X-Of-Its-Own: a;\n b"],
          };
        });
        const mail = dsn({
          recipients,
          newline,
          gap: extraGap ? "\n\n \n" : "\n",
          statusType: isGlobal ? "message/global-delivery-status" : "message/delivery-status",
          originalType: whole ? "message/rfc822" : "text/rfc822-headers",
          writeField: (name, value) =>
            `${recased(name, upper)}:${blanks ? "\t " : " "}${fold ? value.replace(";", ";\n\t") : value}`,
          encode: (status) => ({
            encoding: encoding === "7bit" && isGlobal ? "8bit" : encoding,
            body:
              encoding === "base64"
                ? (
                    Buffer.from(status)
                      .toString("base64")
                      .match(/.{1,76}/g) ?? []
                  ).join("\n")
                : encoding === "quoted-printable"
                  ? quotedPrintable(status)
                  : status,
          }),
        });
        expect(await told(mail)).toEqual(
          list.map(([address, [, status, meaning]]) => `${meaning} ${address} ${status}`),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test("whatever comes, it is read or is none, and takes no long time", async () => {
  const mail = dsn({ recipients: [{ final: "rfc822; ann@example.com", action: "failed", status: "5.1.1" }] });
  await fc.assert(
    fc.asyncProperty(fc.nat(mail.length - 1), fc.uint8Array({ maxLength: 60 }), async (at, noise) => {
      const broken = Buffer.concat([
        mail.subarray(0, at),
        noise,
        mail.subarray(Math.min(mail.length, at + noise.length)),
      ]);
      const { events } = await receiveMail(broken);
      for (const event of events) expect(event.recipient).toMatch(/@/);
    }),
    { numRuns: 300 },
  );
  for (const filler of [
    "(",
    "<",
    "a@",
    "deliver ",
    "to ",
    " \n",
    "x".repeat(64),
    "=?utf-8?q?",
    "Final-Recipient:\n",
    "From: a\n",
    "-",
    "\t",
    "will continue ",
    "550 5.1.1 ",
  ]) {
    const text = filler.repeat(Math.ceil(30_000 / filler.length));
    const started = performance.now();
    await receiveMail(dsn({ recipients: [{ final: text, action: "failed", diagnostic: text }], text }));
    await receiveMail(textReport(text));
    expect([filler, performance.now() - started < 10_000]).toEqual([filler, true]);
  }
}, 120_000);
