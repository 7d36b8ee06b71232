// Mails that come back, written as servers write them: structure and fields of the RFCs, wordings of our own.

/** One recipient of a delivery status. */
export interface ReportedRecipient {
  readonly final?: string;
  readonly original?: string;
  readonly action?: string;
  readonly status?: string;
  readonly diagnostic?: string;
  readonly more?: readonly string[];
}

export interface DsnParts {
  readonly to?: string;
  readonly recipients: readonly ReportedRecipient[];
  readonly text?: string;
  readonly header?: readonly string[];
  /** The header of the mail that came back. */
  readonly original?: readonly string[];
  readonly statusType?: string;
  readonly originalType?: string;
  /** How the status part is written. */
  readonly encode?: (status: string) => { readonly encoding: string; readonly body: string };
  readonly writeField?: (name: string, value: string) => string;
  /** What stands between the groups. */
  readonly gap?: string;
  readonly newline?: string;
}

const plain = (status: string) => ({ encoding: "7bit", body: status });

/** A delivery status notification (RFC 3464). */
export function dsn(parts: DsnParts): Buffer {
  const {
    to = "sender@example.org",
    recipients,
    text = "Some of your recipients did not get it.",
    header = [],
    original = ["Message-ID: <first@example.org>", "From: sender@example.org", "Subject: Hello"],
    statusType = "message/delivery-status",
    originalType = "text/rfc822-headers",
    encode = plain,
    writeField = (name, value) => `${name}: ${value}`,
    gap = "\n",
    newline = "\r\n",
  } = parts;
  const groups = recipients.map(({ final, original: first, action, status, diagnostic, more = [] }) =>
    [
      ...(first === undefined ? [] : [writeField("Original-Recipient", first)]),
      ...(final === undefined ? [] : [writeField("Final-Recipient", final)]),
      ...(action === undefined ? [] : [writeField("Action", action)]),
      ...(status === undefined ? [] : [writeField("Status", status)]),
      ...(diagnostic === undefined ? [] : [writeField("Diagnostic-Code", diagnostic)]),
      ...more,
    ].join("\n"),
  );
  const status = [
    "Reporting-MTA: dns; mx.example.net\nArrival-Date: Mon, 2 Mar 2026 10:00:00 +0000",
    ...groups,
  ]
    .join(`\n${gap}`)
    .concat("\n");
  const { encoding, body } = encode(status);
  return Buffer.from(
    [
      "Return-Path: <>",
      "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>",
      `To: ${to}`,
      "Subject: Undelivered mail",
      "Message-ID: <report@mx.example.net>",
      "Date: Mon, 2 Mar 2026 10:05:00 +0000",
      "MIME-Version: 1.0",
      'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
      ...header,
      "",
      "--b1",
      "Content-Type: text/plain; charset=utf-8",
      "",
      text,
      "--b1",
      `Content-Type: ${statusType}`,
      `Content-Transfer-Encoding: ${encoding}`,
      "",
      body,
      "--b1",
      `Content-Type: ${originalType}`,
      "",
      ...original,
      "",
      "--b1--",
      "",
    ]
      .join("\n")
      .replace(/\n/g, newline),
  );
}

/** A report for people, as servers without RFC 3464 write it. */
export function textReport(
  words: string,
  {
    from = "MAILER-DAEMON@mx.example.net",
    to = "sender@example.org",
    subject = "failure notice",
    header = [],
  }: { from?: string; to?: string; subject?: string; header?: readonly string[] } = {},
): Buffer {
  return Buffer.from(
    [
      "Return-Path: <>",
      `From: ${from}`,
      `To: ${to}`,
      `Subject: ${subject}`,
      "Message-ID: <report@mx.example.net>",
      ...header,
      "",
      words,
      "",
    ].join("\r\n"),
  );
}

/** The mail that a report for people brings back. */
export const returned = (to: string): string =>
  [
    "Return-Path: <sender@example.org>",
    "Received: from app.example.org by mx.example.net; Mon, 2 Mar 2026 10:00:00 +0000",
    "Message-ID: <first@example.org>",
    "X-Relais-Id: order-17",
    "From: Shop <sender@example.org>",
    `To: ${to}`,
    "Subject: Your order",
    "",
    "Thank you.",
  ].join("\r\n");

/** A complaint (RFC 5965). */
export function arf(
  fields: readonly string[],
  original: readonly string[] = [
    "Return-Path: <sender@example.org>",
    "Message-ID: <first@example.org>",
    "X-Relais-Id: order-17",
    "From: sender@example.org",
    "To: ann@example.com",
  ],
): Buffer {
  return Buffer.from(
    [
      "From: fbl@example.com",
      "To: complaints@example.org",
      "Subject: FW: Your order",
      "Date: Mon, 2 Mar 2026 12:00:00 +0000",
      "MIME-Version: 1.0",
      'Content-Type: multipart/report; report-type=feedback-report; boundary="b2"',
      "",
      "--b2",
      "Content-Type: text/plain",
      "",
      "One of our users complains.",
      "--b2",
      "Content-Type: message/feedback-report",
      "",
      ...fields,
      "",
      "--b2",
      "Content-Type: message/rfc822",
      "",
      ...original,
      "",
      "Thank you.",
      "--b2--",
      "",
    ].join("\r\n"),
  );
}
