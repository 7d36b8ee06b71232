import { expect, test } from "vitest";
import { receiveMail } from "../../src/index.ts";
import { arf, textReport } from "./reports.ts";

const version = ["User-Agent: Test/1.0", "Version: 1"];

test.each([
  ["abuse", "complained"],
  ["Fraud", "complained"],
  ["virus", "complained"],
  ["other", "complained"],
  ["of-our-own", "complained"],
  ["opt-out", "unsubscribed"],
  ["opt-out-list", "unsubscribed"],
])("type %s", async (type, expected) => {
  const { events } = await receiveMail(
    arf([
      `Feedback-Type: ${type}`,
      ...version,
      "Original-Rcpt-To: <ann@example.com>",
      "Arrival-Date: Mon, 2 Mar 2026 11:00:00 +0000",
    ]),
  );
  expect(events).toEqual([
    {
      type: expected,
      recipient: "ann@example.com",
      provider: "SMTP",
      source: "arf",
      eventId: expect.any(String),
      message: "order-17",
      providerMessageId: "<first@example.org>",
      reason: type.toLowerCase(),
      at: Date.UTC(2026, 2, 2, 11),
    },
  ]);
});

test.each(["not-spam", "auth-failure"])("%s says nothing of what the recipient wants", async (type) => {
  const { events, notice } = await receiveMail(arf([`Feedback-Type: ${type}`, ...version]));
  expect(events).toEqual([]);
  expect(notice).toContain(type);
});

test("several recipients; the mail's own recipient where the report names none", async () => {
  const several = await receiveMail(
    arf([
      "Feedback-Type: abuse",
      ...version,
      "Original-Rcpt-To: ann@example.com",
      "Original-Rcpt-To: rfc822; bob@example.com",
    ]),
  );
  expect(several.events.map(({ recipient }) => recipient)).toEqual(["ann@example.com", "bob@example.com"]);
  const unnamed = await receiveMail(arf(["Feedback-Type: abuse", ...version]));
  expect(unnamed.events.map(({ recipient }) => recipient)).toEqual(["ann@example.com"]);
});

test("a recipient that was taken out is known by the mail that it got", async () => {
  const fields = ["Feedback-Type: abuse", ...version];
  const { events } = await receiveMail(
    arf(fields, ["Message-ID: <first@example.org>", "X-Relais-Id: order-17", "To: [redacted]"]),
  );
  expect(events.map(({ recipient, message }) => [recipient, message])).toEqual([["", "order-17"]]);
  const unknown = await receiveMail(arf(fields, ["Message-ID: <first@example.org>", "To: [redacted]"]));
  expect(unknown).toEqual({ events: [], notice: "a report that names no recipient" });
});

test("Outlook.com's form, which has no report", async () => {
  const mail = textReport("", {
    from: "staff@hotmail.example",
    subject: "complaint about message from 192.0.2.1",
    header: ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="h"'],
  });
  const body = [
    "--h",
    "Content-Type: message/rfc822",
    "",
    "X-HmXmrOriginalRecipient: ann@example.com",
    "Message-ID: <first@example.org>",
    "",
    "Hello.",
    "--h--",
    "",
  ].join("\r\n");
  const { events } = await receiveMail(Buffer.concat([mail, Buffer.from(body)]));
  expect(events.map(({ type, recipient }) => `${type} ${recipient}`)).toEqual(["complained ann@example.com"]);
});
