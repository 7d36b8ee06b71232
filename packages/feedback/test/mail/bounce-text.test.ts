import { expect, test } from "vitest";
import { receiveMail } from "../../src/index.ts";
import { returned, textReport } from "./reports.ts";

const told = async (mail: Buffer) =>
  (await receiveMail(mail)).events.map(({ type, bounce, recipient, code }) =>
    [type, bounce, recipient, code].filter((one) => one !== undefined).join(" "),
  );

// The forms are those of the servers; the words around the marks that they are known by are ours.
test.each([
  [
    "qmail",
    {},
    `Hi. This is the qmail-send program at mx.example.net.
Your mail did not get to these addresses, and I have given up.

<ann@example.com>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 <ann@example.com>: no such user here
Giving up on 192.0.2.1.

<bob@example.com>:
192.0.2.1 failed after I sent the message.
Remote host said: 552 5.2.2 mailbox full

--- Below this line is a copy of the message.

${returned("ann@example.com, bob@example.com")}`,
    ["bounced hard ann@example.com 5.1.1", "bounced soft bob@example.com 5.2.2"],
  ],
  [
    "Exim",
    {
      subject: "Mail delivery failed: returning message to sender",
      header: ["X-Failed-Recipients: ann@example.com", "Auto-Submitted: auto-replied"],
    },
    `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one of its recipients.

  ann@example.com
    host mx.example.com [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<ann@example.com>:
    550 unknown user

------ This is a copy of the message, including all the headers. ------

${returned("ann@example.com")}`,
    ["bounced hard ann@example.com 550"],
  ],
  [
    "Exim, waiting",
    { subject: "Warning: message 1abc delayed 24 hours", header: ["Auto-Submitted: auto-replied"] },
    `This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one of its recipients.

The message identifier is:     1abc
The date of the message is:    Mon, 2 Mar 2026 10:00:00 +0000

The address to which it has not yet been delivered is:

  ann@example.com
    host mx.example.com [192.0.2.1]: 451 4.7.1 try again later

Delivery attempts will continue for some time. At the end it will be returned to you.`,
    ["deferred ann@example.com 4.7.1"],
  ],
  [
    "Postfix",
    { subject: "Undelivered Mail Returned to Sender" },
    `This is the mail system at host mx.example.net.

Your message could not be delivered. It is attached below.

<ann@example.com>: host mx.example.com[192.0.2.1] said: 550 5.7.1
    message refused by policy (in reply to end of DATA command)

${returned("ann@example.com")}`,
    ["failed ann@example.com 5.7.1"],
  ],
  [
    "sendmail, with an alias",
    { subject: "Returned mail: see transcript for details" },
    `The original message was received at Mon, 2 Mar 2026 10:00:00 GMT

   ----- The following addresses had permanent fatal errors -----
ann.lee@mailbox.example.com
    (reason: 550 5.1.1 User unknown)
    (expanded from: <ann@example.com>)

   ----- Transcript of session follows -----
>>> RCPT To:<ann.lee@mailbox.example.com>
<<< 550 5.1.1 User unknown

   ----- Original message follows -----

${returned("ann@example.com")}`,
    ["bounced hard ann@example.com 5.1.1"],
  ],
  [
    "Exchange",
    { from: "System Administrator <postmaster@example.com>", subject: "Undeliverable: Your order" },
    `Your message

  To:      ann@example.com
  Subject: Your order
  Sent:    Mon, 2 Mar 2026 10:00:00 -0000

did not reach the following recipient(s):

ann@example.com on Mon, 2 Mar 2026 10:00:01 -0000
    The recipient name is not recognized
    Unknown Recipient
`,
    ["bounced hard ann@example.com"],
  ],
  [
    "Domino",
    { from: "Postmaster@example.com", subject: "DELIVERY FAILURE: User ann not listed in Domino Directory" },
    `Your message

  Subject: Your order

was not delivered to:

  ann@example.com

because:

  User ann (ann@example.com) not listed in Domino Directory
`,
    ["bounced hard ann@example.com"],
  ],
  [
    "Gmail",
    {
      from: "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
      subject: "Delivery Status Notification (Delay)",
    },
    `THIS IS A WARNING MESSAGE ONLY.

Delivery to the following recipient has been delayed:

     ann@example.com

The message will be retried for 2 more days

Technical details of temporary failure:
The error that the other server returned was: 452 4.2.2 over quota

----- Original message -----

${returned("ann@example.com")}`,
    ["deferred ann@example.com 4.2.2"],
  ],
  [
    "the fields of a status, within a part for people",
    {
      from: "MAILER-DAEMON@us-west-2.example.com",
      subject: "=?utf-8?Q?Delivery_Status_Notification_=28Failure=29?=",
    },
    `An error occurred while trying to deliver the mail to:
ann@example.com

Technical report:

Reporting-MTA: dns; out.example.com

Action: failed
Final-Recipient: rfc822; ann@example.com
Diagnostic-Code: smtp; 550 5.1.1 <ann@example.com>... User Unknown
Status: 5.1.1
`,
    ["bounced hard ann@example.com 5.1.1"],
  ],
  [
    "an address behind a label",
    { from: '"Postmaster" <postmaster@example.com>', subject: "Undeliverable Mail" },
    `Invalid final delivery userid: ann.lee@example.com

Original message follows.

${returned("ann@example.com")}`,
    ["bounced hard ann.lee@example.com"],
  ],
  [
    "a mobile network, from an address that says nothing",
    { from: "no-reply@mail.example.jp", subject: "Mail" },
    `Your mail sent on: Mon, 2 Mar 2026 10:00:00 +0900
     Could not be delivered to: <ann@example.com>
     As their mailbox is full.

${returned("ann@example.com")}`,
    ["bounced soft ann@example.com"],
  ],
  [
    "given up after days",
    { from: "MAILER-DAEMON@example.net", subject: "Permanent Delivery Failure" },
    `Unable to deliver message to the following address(es).

<ann@example.com>:
Sorry, I was not able to establish an SMTP connection. (#4.4.1)
I'm not going to try again; this message has been in the queue too long.

--- Original message follows.

${returned("ann@example.com")}`,
    ["bounced soft ann@example.com 4.4.1"],
  ],
])("%s", async (_, header, words, expected) => {
  expect(await told(textReport(words, header))).toEqual(expected);
});

test("the mail that came back says which one it was", async () => {
  const mail = textReport(
    `<ann@example.com>:\n550 5.1.1 unknown user\n\n--- Below this line is a copy of the message.\n\n${returned("ann@example.com")}`,
  );
  const [event] = (await receiveMail(mail)).events;
  expect([event?.message, event?.providerMessageId]).toEqual(["order-17", "<first@example.org>"]);
});

test.each([
  [
    "a vacation",
    { from: "ann@example.com", subject: "Out of office", header: ["Auto-Submitted: auto-replied"] },
    "I am away, and cannot be reached. Write to bob@example.com.",
  ],
  [
    "an old address",
    { from: "ann@example.com", subject: "Re: Your order", header: ["Auto-Submitted: auto-replied"] },
    "This address, ann@example.com, is no longer in use. Please write to ann.lee@example.com.",
  ],
  [
    "an answer about a delivery",
    { from: "ann@example.com", subject: "Delivery problem" },
    "The parcel did not come to me. Please call 550 123.",
  ],
  [
    "a newsletter",
    { from: "news@example.com", subject: "Ten tips" },
    "Why mail could not be delivered: 550 5.1.1 user unknown, says bob@example.com.",
  ],
  [
    "an auto-reply by an old program",
    { from: "ann@example.com", subject: "Away", header: ["Precedence: auto_reply"] },
    "Thanks for your mail.",
  ],
])("%s is no report", async (_, header, words) => {
  const { events, notice } = await receiveMail(textReport(words, header));
  expect(events).toEqual([]);
  expect(notice).toMatch(/^(?:an automatic reply|not a report)$/);
});
