import { explainReply, type Phase, phases } from "@relais/smtp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const hour = 3_600_000;
const cases: readonly (readonly [Phase, string, string, number?])[] = [
  ["greeting", "421 4.3.2 try later", "transient"],
  ["greeting", "554 5.7.1 no", "transient"],
  ["ehlo", "421 closing", "transient"],
  ["ehlo", "550 5.7.1 who are you", "misconfigured"],
  ["starttls", "454 4.7.0 TLS not available", "transient"],
  ["starttls", "502 5.5.1 unknown", "misconfigured"],
  ["auth", "535 5.7.8 Username and Password not accepted", "misconfigured"],
  ["auth", "534 5.7.9 Application-specific password required", "misconfigured"],
  ["auth", "504 unrecognised type", "misconfigured"],
  ["auth", "432 4.7.12 A password transition is needed", "misconfigured"],
  ["auth", "454 4.7.0 Temporary authentication failure", "transient"],
  ["auth", "454 4.7.0 Too many login attempts, please try again later.", "throttled", 60_000],
  ["mail", "530 5.7.0 Must issue a STARTTLS command first", "misconfigured"],
  ["mail", "451 4.3.0 later", "transient"],
  ["mail", "452 4.3.1 Insufficient system storage", "transient"],
  ["mail", "454 Throttling failure: Maximum sending rate exceeded.", "throttled", 1_000],
  ["mail", "454 Throttling failure: Daily message quota exceeded.", "throttled", hour],
  ["mail", "550 5.4.5 Daily user sending limit exceeded", "throttled", hour],
  ["mail", "550 5.7.1 sender not allowed", "refused"],
  ["mail", "553 5.1.8 domain not found", "refused"],
  ["mail", "552 5.3.4 too big", "refused"],
  ["mail", "503 5.5.1 nested MAIL", "transient"],
  ["rcpt", "550 5.1.1 <x@y.test>: Recipient address rejected: User unknown", "rejected"],
  ["rcpt", "550-5.1.1 The email account that you tried to reach does not exist.\r\n550 5.1.1 x", "rejected"],
  ["rcpt", "550 5.1.2 no such host", "rejected"],
  ["rcpt", "501 5.1.3 Bad recipient address syntax", "rejected"],
  ["rcpt", "550 5.1.6 moved", "rejected"],
  ["rcpt", "550 5.1.10 null MX", "rejected"],
  ["rcpt", "550 5.2.1 disabled", "rejected"],
  ["rcpt", "550 No such user here", "rejected"],
  ["rcpt", "550 Unrouteable address", "rejected"],
  ["rcpt", "550 sorry, no mailbox here by that name. (#5.1.1)", "rejected"],
  ["rcpt", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "refused"],
  ["rcpt", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.5.3 - chkuser)", "refused"],
  ["rcpt", "454 4.7.1 <a@b.test>: Relay access denied", "refused"],
  ["rcpt", "551 not our customer", "rejected"],
  ["rcpt", "550 Host unknown", "rejected"],
  ["rcpt", "550 5.1.351 Remote server returned unknown recipient or mailbox unavailable", "rejected"],
  ["rcpt", "550 5.4.1 Recipient address rejected: Access denied [x.prod.protection.outlook.com]", "rejected"],
  ["rcpt", "554 delivery error: dd This user doesn't have a b.test account", "rejected"],
  ["rcpt", "550 5.2.1 Mailbox unavailable. Your IP address 192.0.2.1 is blacklisted", "refused"],
  ["rcpt", "552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]", "deferred"],
  ["rcpt", "550 Too many invalid recipients", "refused"],
  ["rcpt", "451 4.3.0 Multiple destination domains per transaction is unsupported.", "transient"],
  ["mail", "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", "throttled", 300_000],
  ["dot", "550 5.7.1 Your SMTP account has been suspended", "misconfigured"],
  ["rcpt", "551 User not local; please try <a@b.test>", "rejected"],
  ["rcpt", "550 #5.1.0 Address rejected", "rejected"],
  ["rcpt", "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", "rejected"],
  ["rcpt", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", "rejected"],
  ["rcpt", "550 Requested action not taken: mailbox unavailable", "refused"],
  ["rcpt", "550 5.1.0 <a@b.test>: Sender address rejected: User unknown in virtual mailbox table", "refused"],
  ["rcpt", "550 5.1.8 sender domain", "refused"],
  ["rcpt", "550 5.1.7 bad sender", "refused"],
  ["rcpt", "554 5.7.1 Relay access denied", "refused"],
  ["rcpt", "550 5.7.26 unauthenticated", "refused"],
  ["rcpt", "552 5.2.2 over quota", "deferred"],
  ["rcpt", "552 Mailbox is full", "deferred"],
  ["rcpt", "450 4.2.0 Greylisted, see http://postgrey.test", "deferred"],
  ["rcpt", "451 4.7.1 Greylisting in action, please come back later", "deferred"],
  ["rcpt", "450 4.2.1 receiving mail too quickly", "deferred"],
  ["rcpt", "452 4.2.2 mailbox full", "deferred"],
  ["rcpt", "450 mailbox busy", "deferred"],
  ["rcpt", "451 try again", "deferred"],
  ["rcpt", "450 4.1.1 unverified address", "deferred"],
  ["rcpt", "452 4.5.3 too many recipients", "transient"],
  ["rcpt", "452 Too many recipients", "transient"],
  ["rcpt", "452 4.3.1 no space", "transient"],
  ["rcpt", "451 4.4.1 upstream silent", "transient"],
  ["rcpt", "450 4.7.1 <c>: Error: too much mail from 192.0.2.1", "throttled", 1_000],
  ["rcpt", "421 4.7.28 unusual rate of unsolicited mail", "throttled", 60_000],
  ["rcpt", "421 4.7.0 Try again later, closing connection", "transient"],
  ["data", "554 5.5.1 no valid recipients", "refused"],
  ["data", "451 4.3.0 later", "transient"],
  ["dot", "550 5.7.1 spam", "refused"],
  ["dot", "550 5.1.1 no such user", "refused"],
  ["dot", "554 5.6.0 content", "refused"],
  ["dot", "552 5.2.3 too long", "refused"],
  ["dot", "452 4.3.1 no room", "transient"],
  ["dot", "451 4.2.2 mailbox full", "deferred"],
  ["dot", "451 4.7.1 greylisted", "deferred"],
  ["dot", "421 4.4.2 timeout", "transient"],
];

describe("explainReply", () => {
  test.for(cases)("at %s, %s is %s", ([phase, reply, kind, retryAfterMs]) => {
    const meaning = explainReply(reply, phase);
    expect(meaning?.kind).toBe(kind);
    expect(meaning?.retryAfterMs).toBe(retryAfterMs);
  });

  test("takes a reply to be one to RCPT unless a phase is given, and names codes, row and phrase", () => {
    expect(explainReply("550 No such user here")).toMatchObject({
      kind: "rejected",
      code: "550",
      because: "no such user",
      phrase: { source: expect.stringContaining("RFC 5321") },
    });
    expect(explainReply("550 5.1.1 no")?.code).toBe("550 5.1.1");
  });

  test.for(["", "hello", "250 ok", "354 go on", "55", "5501 x", "650 x"])(
    "has nothing to say about %o",
    (text) => {
      expect(explainReply(text)).toBeUndefined();
    },
  );

  test("does not take an address for an enhanced code", () => {
    expect(explainReply("550 5.7.1.2 is blocked")?.code).toBe("550");
    expect(explainReply("550 blocked for 5.1.1")?.code).toBe("550");
  });

  test("gives every refusal at every phase one of the kinds a server can mean, in little time", () => {
    const kinds = ["transient", "throttled", "deferred", "misconfigured", "refused", "rejected"];
    const codes = fc.integer({ min: 400, max: 599 });
    const detail = fc.option(fc.tuple(fc.nat(9), fc.nat(30)));
    const reply = fc
      .tuple(codes, detail, fc.string({ unit: "binary" }))
      .map(
        ([code, two, text]) => `${code} ${two === null ? "" : `${String(code)[0]}.${two.join(".")} `}${text}`,
      );
    fc.assert(
      fc.property(reply, fc.constantFrom(...phases), (text, phase) => {
        const meaning = explainReply(text, phase);
        expect(kinds).toContain(meaning?.kind);
        expect(meaning?.kind === "throttled").toBe(meaning?.retryAfterMs !== undefined);
      }),
      { numRuns: 2_000 },
    );
    const begun = performance.now();
    for (const word of ["user ", "mailbox ", "too many ", "x", " "])
      explainReply(`550 ${word.repeat(20_000)}`);
    // Some 20 ms. One that backtracks takes minutes.
    expect(performance.now() - begun).toBeLessThan(5_000);
  }, 20_000);
});
