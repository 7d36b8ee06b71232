import { explainReply, type Phase } from "@relais/smtp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Units as servers write them, and between what and what a wait fits them. */
const units: readonly (readonly [written: readonly string[], leastMs: number, mostMs: number])[] = [
  [["per second", "/second", "each second"], second, minute],
  [["per minute", "/minute", "a minute", "per 1 minute"], minute, minute],
  [["per hour", "/hour", "an hour", "in the past hour", "per 1 hour"], 5 * minute, hour],
  [["per day", "/day", "a day", "in 24 hours", "per 24 hours", "per 24h"], hour, 24 * hour],
];
const things = ["messages", "emails", "e-mails", "mails", "recipients"];
/** Wordings of a rate, by unit (`U`), number (`N`) and what is counted (`T`). */
const rates = [
  "Requested action not taken: too many T U",
  "Domain example.org has exceeded the max T U (N/N (100%)) allowed.  Message discarded.",
  "<DATA>: Data command rejected: only N T U",
  "Number of T U exceeded. Error:RATE_MSG",
  "<END-OF-MESSAGE>: End-of-data rejected: number T U exceeded",
  "You may send no more than N T U",
  "Your limit of N T U was reached, try later",
  "Sender rate limit: N T U",
  "Policy rejection; quota of N T U reached",
  "Message rejected, sending is restricted to N T U",
];
const adverbs: readonly (readonly [string, number, number])[] = [
  ["hourly", 5 * minute, hour],
  ["hour", 5 * minute, hour],
  ["daily", hour, 24 * hour],
  ["24-hour", hour, 24 * hour],
  ["monthly", hour, 24 * hour],
];
/** Wordings of a quota, by its span (`A`). */
const quotas = [
  "User shop@example.org has exceeded its A sending limit. Messages to N recipients out of N allowed have been sent.",
  "mail rejected: exceeded A limit",
  "A user sending limit exceeded.",
  "A message quota exceeded",
  "Your account has reached the A quota of N",
  "You have reached your A email sending quota",
  "Sorry, the A limit of N was hit",
];
/** Replies of single houses, as their users and pages quote them. */
const houses: readonly string[] = [
  "550 5.7.0 Requested action not taken: too many emails per second",
  "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message",
  "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
  "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit for sending email",
  "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for sending email",
  "550 5.4.5 Daily user sending limit exceeded.",
  "550-5.4.5 You have reached a limit for sending mail. Your message was not sent.",
  "421 4.7.28 Our system has detected an unusual rate of unsolicited mail",
  "550 5.4.6 Unusual sending activity detected. Please try after sometime.",
  "550 sorry, too many emails (#5.7.1)",
  "450 4.7.1 <a@example.net>: Recipient address rejected: Policy: sending quota exceeded",
  "451 4.3.0 You've exceeded your messaging limits",
  "550 Maximum credits exceeded",
  "451 Authentication failed: Maximum credits exceeded",
  "535 5.7.0 The email limit is reached. Please upgrade your plan https://mailtrap.io/billing/plans",
  "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints",
  "451 Ratelimit exceeded for mailbox shop@example.org. Try again later.",
  "550 Domain frequency limited [192.0.2.1]",
  "550 Connection frequency limited",
  "450 4.7.1 Error: too much mail from 192.0.2.1",
  "454 Throttling failure: Daily message quota exceeded.",
  "554 5.7.1 Outgoing mail limit is reached for the mailbox",
  "550 5.7.1 Sender rate exceeded",
  "452 4.7.0 hourly quota reached for this account",
  "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
  "450 You have reached your daily email sending quota. See https://example.com/docs",
  "550 5.7.1 You are sending too fast, slow down please",
  "421 Throttled - try again in 10 minutes",
];

const fill = (wording: string, unit: string, count: number, thing: string): string =>
  wording
    .replaceAll("U", unit)
    .replaceAll("N", String(count))
    .replaceAll("T", thing)
    .replace(/^A/, unit[0]?.toUpperCase() + unit.slice(1))
    .replaceAll(/\bA\b/g, unit);

const codes = [
  "421",
  "450",
  "450 4.7.1",
  "451 4.7.0",
  "452 4.3.2",
  "550",
  "550 5.7.0",
  "550 5.7.1",
  "552",
  "554 5.7.1",
  "571",
];
const phases: readonly Phase[] = ["mail", "rcpt", "data", "dot"];

function expectThrottled(reply: string, phase: Phase, leastMs: number, mostMs: number): void {
  const meaning = explainReply(reply, phase);
  expect([meaning?.kind, meaning?.about], `${phase}: ${reply}`).toEqual(["throttled", "account"]);
  expect(meaning?.retryAfterMs, reply).toBeGreaterThanOrEqual(leastMs);
  expect(meaning?.retryAfterMs, reply).toBeLessThanOrEqual(mostMs);
}

describe("rates and quotas", () => {
  test("of any unit, number, code and wording are throttled, for a time that fits", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...rates),
        fc.constantFrom(...units),
        fc.nat(9),
        fc.integer({ min: 1, max: 100_000 }),
        fc.constantFrom(...things),
        fc.constantFrom(...codes),
        fc.constantFrom(...phases),
        (wording, [written, leastMs, mostMs], pick, count, thing, code, phase) => {
          const unit = written[pick % written.length] ?? "";
          expectThrottled(`${code} ${fill(wording, unit, count, thing)}`, phase, leastMs, mostMs);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("of any span are throttled, for a time that fits", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...quotas),
        fc.constantFrom(...adverbs),
        fc.integer({ min: 1, max: 100_000 }),
        fc.constantFrom(...codes),
        fc.constantFrom(...phases),
        (wording, [adverb, leastMs, mostMs], count, code, phase) =>
          expectThrottled(`${code} ${fill(wording, adverb, count, "mails")}`, phase, leastMs, mostMs),
      ),
      { numRuns: 1_000 },
    );
  });

  test.for(houses)("of a single house: %s", (reply) => {
    const meaning = explainReply(reply, /^(?:535|451 Auth)/.test(reply) ? "auth" : "dot");
    expect(meaning?.kind).toBe("throttled");
    expect(meaning?.retryAfterMs).toBeGreaterThanOrEqual(second);
  });

  test.for([
    ["421 slow down, try again in 30 seconds", 30 * second],
    ["450 4.7.1 rate limited, retry after 5 minutes", 5 * minute],
    ["550 5.7.1 too many emails, please wait 2 hours", 2 * hour],
    ["451 throttled, come back in 1 day", 24 * hour],
    ["451 throttled, come back in 99 days", 24 * hour],
  ] as const)("wait for what the server asks: %s", ([reply, ms]) => {
    expect(explainReply(reply, "mail")?.retryAfterMs).toBe(ms);
  });

  test.for([
    [
      "rcpt",
      "550 5.2.121 Recipient's per hour message receive limit from specific sender exceeded",
      "deferred",
    ],
    ["rcpt", "450 4.2.1 The user you are trying to contact is receiving email too quickly", "deferred"],
    ["rcpt", "550 5.2.1 The user is receiving mail at a rate that prevents additional messages", "deferred"],
    ["rcpt", "552 5.2.2 The email account that you tried to reach is over quota", "deferred"],
    ["rcpt", "452 4.2.2 Quota exceeded (mailbox for user is full)", "deferred"],
    ["rcpt", "552 Mailbox limit exceeded for this email address", "deferred"],
    ["rcpt", "450 4.2.0 Greylisted, please try again in 5 minutes", "deferred"],
    ["mail", "552 5.3.4 Message size exceeds fixed limit", "refused"],
    ["dot", "552 5.3.4 Your message exceeded the maximum message size limit of 25 MB", "refused"],
    ["dot", "554 5.4.6 Too many hops", "refused"],
    ["dot", "554 5.7.1 This message has too many attachments", "refused"],
    ["dot", "550 5.7.1 message content rejected; see https://example.com/day/per/hour", "refused"],
  ] as const)("are not what %s %s is", ([phase, reply, kind]) => {
    expect(explainReply(reply, phase)?.kind).toBe(kind);
  });
});
