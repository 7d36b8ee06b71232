import type { FailureKind } from "@relais/core/spi";

/** One row of the table that turns what a transport says into a kind. What is absent fits everything. */
export interface KindRule {
  /** nodemailer's words, or the errno behind them. */
  readonly codes?: readonly string[];
  /** SMTP reply codes: `"421"`, or `"4xx"` for a class. Without it, a row is for errors without a reply. */
  readonly replies?: readonly string[];
  /** Enhanced codes without their class: `"1.1"`, or `"7.*"`. */
  readonly enhanced?: readonly string[];
  /** How the command begins that was answered. */
  readonly command?: string;
  readonly kind: FailureKind;
  readonly again?: false;
}

/** Replies of SMTP, from the first row that fits. Coarser than @relais/smtp, which knows phases and wordings. */
export const replyRules: readonly KindRule[] = [
  { codes: ["EAUTH"], replies: ["4xx"], kind: "transient" },
  { codes: ["EAUTH", "ENOAUTH", "EOAUTH2"], replies: ["5xx"], kind: "misconfigured" },
  { replies: ["530", "534", "535", "538"], kind: "misconfigured" },
  { replies: ["5xx"], enhanced: ["7.8"], kind: "misconfigured" },
  { replies: ["4xx"], enhanced: ["7.28"], kind: "throttled" },
  { replies: ["421", "454"], kind: "transient" },
  { command: "CONN", replies: ["5xx"], kind: "transient", again: false },
  { command: "EHLO", replies: ["5xx"], kind: "misconfigured" },
  { command: "HELO", replies: ["5xx"], kind: "misconfigured" },
  { command: "STARTTLS", replies: ["5xx"], kind: "misconfigured" },
  { replies: ["503"], kind: "transient" },
  { replies: ["4xx"], enhanced: ["3.*", "4.*", "5.*"], kind: "transient" },
  { command: "RCPT TO", replies: ["4xx"], kind: "deferred" },
  { replies: ["5xx"], enhanced: ["1.7", "1.8"], kind: "refused" },
  { replies: ["5xx"], enhanced: ["1.1", "1.2", "1.3", "1.6", "1.10", "2.1"], kind: "rejected" },
  { replies: ["5xx"], enhanced: ["2.2"], kind: "deferred" },
  { replies: ["4xx"], enhanced: ["2.*"], kind: "deferred" },
  { replies: ["4xx"], kind: "transient" },
  { replies: ["5xx"], kind: "refused" },
];

/** Answers of an API behind the transport; another status says nothing sure. */
export const statusKinds: Readonly<Record<number, FailureKind>> = {
  400: "refused",
  401: "misconfigured",
  403: "misconfigured",
  413: "refused",
  422: "refused",
  429: "throttled",
  503: "transient",
};

/** No reply, and the message had not been handed over. */
export const wireRules: readonly KindRule[] = [
  { codes: ["EABORT", "AbortError"], kind: "cancelled" },
  { codes: ["EAUTH", "ENOAUTH", "EOAUTH2", "ECONFIG", "EPROXY"], kind: "misconfigured" },
  { codes: ["EREQUIRETLS"], kind: "refused" },
  { codes: ["ETLS"], kind: "misconfigured" },
  { codes: ["EMESSAGE", "EMAXRECIPIENTS"], kind: "refused" },
  { codes: ["EENVELOPE", "ESTREAM"], kind: "rejected" },
  { codes: ["EDNS", "ENOTFOUND"], kind: "transient", again: false },
];
