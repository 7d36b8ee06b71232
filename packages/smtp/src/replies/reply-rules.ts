import type { FailureKind } from "@relais/core/spi";
import type { Phrase } from "./reply-patterns.ts";

/** What a reply answers (RFC 5321, 3). `dot` is the end of the message. */
export const phases = ["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot"] as const;

export type Phase = (typeof phases)[number];

/**
 * Whom a row of a table is about:
 *
 * - `account`: login, key, pause, quota, plan, our rate; it waits or is fixed, and never ends a message permanently
 * - `identity`: one sender's address or domain
 * - `message`: content, size, this one mail
 * - `recipient`: an address, a mailbox, or the server behind it
 * - `passing`: the state of a server or a network, which passes
 */
export type About = "account" | "identity" | "message" | "recipient" | "passing";

/**
 * What the provider itself does about a refusal, in the same attempt, while nothing of the message was handed over:
 *
 * - `reconnect`: the connection has had its share of messages, a new one has not
 * - `fewer-connections`: the server takes fewer connections than we open; one of them is waited for
 * - `fewer-recipients`: the rest of the recipients goes in a further transaction
 */
export type Remedy = "reconnect" | "fewer-connections" | "fewer-recipients";

/** One row of the table that turns a server's 4xx or 5xx reply into a kind. What is absent fits everything. */
export interface ReplyRule {
  readonly phases?: readonly Phase[];
  /** Reply codes: `"421"`, or `"4xx"` for a class. */
  readonly codes: readonly string[];
  /** Subject and detail of the enhanced code (RFC 3463) without its class: `"1.1"`, or `"7.*"`; `"none"` if absent. */
  readonly enhanced?: readonly string[];
  /** Needs a wording of this meaning: see `phrases`. */
  readonly phrase?: Phrase["means"];
  readonly kind: FailureKind;
  readonly about: About;
  /** Another try here is pointless although the kind allows it. */
  readonly retryable?: false;
  readonly remedy?: Remedy;
  /** In a few words, for people. */
  readonly because: string;
  /** Where it is written down, or whose reply it is; with a `phrase`, its own source says more. */
  readonly source: string;
}

const rfc5321 = "RFC 5321, 4.2.1 and 4.2.3";
const rfc3463 = "RFC 3463, 3";
/** Codes that say little: a wording decides whether it is the address. */
const ofAddress = ["none", "0.0", "1.0", "1.4", "2.0", "3.0", "4.1", "4.4", "5.0", "5.1", "7.1"];

/**
 * The table, in order: the first row that fits a reply decides. The last two fit every refusal.
 *
 * The class of the reply code decides between for now and permanently (RFC 5321, 4.2.1), the enhanced code says whose
 * doing it is (RFC 3463, 3.1: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy).
 */
// biome-ignore format: one row a line
export const replyRules: readonly ReplyRule[] = Object.freeze<ReplyRule[]>([
  { codes: ["4xx"], phases: ["mail", "rcpt", "data", "dot"], phrase: "greylisted", kind: "deferred", about: "recipient", because: "greylisted", source: "RFC 6647" },
  { codes: ["4xx", "5xx"], phases: ["rcpt", "data", "dot"], phrase: "receives-too-much", kind: "deferred", about: "recipient", because: "the mailbox gets too much mail at the moment, from anybody", source: "Gmail and Exchange Online, SMTP error references" },
  { codes: ["4xx", "5xx"], phases: ["rcpt"], enhanced: ["2.2"], kind: "deferred", about: "recipient", because: "mailbox full: the recipient's doing, and it passes", source: rfc3463 },
  { codes: ["4xx", "5xx"], phrase: "messages-of-connection", kind: "transient", about: "passing", remedy: "reconnect", because: "enough messages over this connection: a new one does", source: "Exim, smtp_accept_max_per_connection" },
  { codes: ["4xx", "5xx"], phrase: "connections", kind: "throttled", about: "passing", remedy: "fewer-connections", because: "more connections at once than the server takes", source: "Exchange Online, Postfix anvil, Exim smtp_accept_max" },
  { codes: ["4xx", "5xx"], phrase: "daily-quota", kind: "throttled", about: "account", because: "a quota is used up, says the provider", source: "the providers' own pages on limits" },
  { codes: ["4xx", "5xx"], phrase: "too-fast", kind: "throttled", about: "account", because: "too fast, says the provider", source: "the providers' own pages on limits" },
  { codes: ["4xx", "5xx"], enhanced: ["7.28"], kind: "throttled", about: "account", because: "unusual rate (Gmail)", source: "https://support.google.com/a/answer/3726730" },
  { codes: ["5xx"], phases: ["mail", "data", "dot"], enhanced: ["4.5"], kind: "throttled", about: "account", because: "more than the system takes at the moment", source: "https://support.google.com/a/answer/3726730" },
  { codes: ["4xx", "5xx"], phrase: "paused", kind: "misconfigured", about: "account", because: "the account may not send at the moment", source: "Brevo, Zoho, Mailgun: pages on suspended accounts" },
  { codes: ["530", "534", "535", "538"], kind: "misconfigured", about: "account", because: "the login is missing or refused", source: "RFC 4954, 6" },
  { codes: ["432"], phases: ["auth"], kind: "misconfigured", about: "account", because: "the password must be changed first", source: "RFC 4954, 6" },
  { codes: ["5xx"], enhanced: ["7.8"], kind: "misconfigured", about: "account", because: "the credentials are refused", source: "RFC 4954, 6" },
  { codes: ["4xx", "5xx"], phases: ["ehlo", "mail", "rcpt"], phrase: "name-refused", kind: "misconfigured", about: "account", because: "our name in EHLO is not welcome", source: "https://support.google.com/a/answer/2956491; Postfix, smtpd_helo_restrictions, told at RCPT" },
  { codes: ["421"], kind: "transient", about: "passing", because: "the server closes for now", source: rfc5321 },
  { codes: ["454"], phases: ["greeting", "ehlo", "starttls", "auth", "mail"], kind: "transient", about: "passing", because: "TLS or login not available for now", source: "RFC 3207, RFC 4954" },
  { codes: ["5xx"], phases: ["greeting"], kind: "transient", about: "passing", retryable: false, because: "the server takes no mail, or none from us", source: "RFC 5321, 3.1" },
  { codes: ["5xx"], phases: ["ehlo"], kind: "misconfigured", about: "account", because: "our name or address is not welcome, or STARTTLS is required and absent", source: "RFC 5321, 4.1.1.1" },
  { codes: ["5xx"], phases: ["starttls"], kind: "misconfigured", about: "account", because: "STARTTLS is required and absent", source: "RFC 3207, 4" },
  { codes: ["5xx"], phases: ["auth"], kind: "misconfigured", about: "account", because: "the login is refused", source: "RFC 4954, 6" },
  { codes: ["4xx"], phases: ["greeting", "ehlo", "starttls", "auth"], kind: "transient", about: "passing", because: "not now", source: rfc5321 },
  { codes: ["503"], kind: "transient", about: "passing", because: "the session is out of step; a new one may do", source: rfc5321 },
  // The answer to RCPT.
  { codes: ["4xx", "5xx"], phases: ["rcpt"], phrase: "relay-denied", kind: "refused", about: "recipient", because: "this server does not carry mail to there, or not without a login", source: "Postfix, defer_unauth_destination and reject_unauth_destination" },
  { codes: ["4xx", "5xx"], phases: ["rcpt"], phrase: "separate-recipient", kind: "transient", about: "passing", remedy: "fewer-recipients", because: "this recipient needs a transaction of its own", source: "https://support.google.com/a/answer/3726730" },
  { codes: ["4xx", "5xx"], phases: ["rcpt"], enhanced: ["5.3"], kind: "transient", about: "passing", remedy: "fewer-recipients", because: "too many recipients at once: the rest follows in a further transaction", source: "RFC 5321, 4.5.3.1.10" },
  { codes: ["4xx", "5xx"], phases: ["rcpt"], phrase: "too-many-recipients", kind: "transient", about: "passing", remedy: "fewer-recipients", because: "too many recipients at once: the rest follows in a further transaction", source: "RFC 5321, 4.5.3.1.10: 452, and 552 read as 452" },
  { codes: ["5xx"], phases: ["rcpt"], phrase: "mailbox-full", kind: "deferred", about: "recipient", because: "mailbox full: the recipient's doing, and it passes", source: "Dovecot, Cyrus, Orange: also with the code of another state" },
  { codes: ["4xx"], phases: ["rcpt"], enhanced: ["1.*", "2.*", "7.*"], kind: "deferred", about: "recipient", because: "mailbox full or busy, greylisted, or not known yet", source: rfc3463 },
  { codes: ["450", "451"], phases: ["rcpt"], enhanced: ["none"], kind: "deferred", about: "recipient", because: "mailbox busy, or greylisted", source: "RFC 5321, 4.2.3" },
  { codes: ["4xx"], phases: ["rcpt"], enhanced: ["none"], phrase: "mailbox-full", kind: "deferred", about: "recipient", because: "mailbox full", source: "Dovecot, Cyrus" },
  { codes: ["5xx"], phases: ["rcpt"], enhanced: ["1.7", "1.8"], kind: "refused", about: "identity", because: "the sender's address, told at RCPT", source: rfc3463 },
  { codes: ["5xx"], phases: ["rcpt"], enhanced: ["none", "0.0", "1.0", "2.1", "7.*"], phrase: "policy", kind: "refused", about: "message", because: "a policy, whatever the code says of the mailbox", source: "Spamhaus and others, as servers quote them" },
  { codes: ["5xx"], phases: ["rcpt"], enhanced: ["1.1", "1.2", "1.3", "1.6", "1.10", "1.351", "2.1"], kind: "rejected", about: "recipient", because: "no such mailbox or domain, or it is closed", source: `${rfc3463}; Exchange Online, non-delivery reports: 5.1.351` },
  { codes: ["5xx"], phases: ["rcpt"], enhanced: ["none", "0.0", "1.0", "7.*"], phrase: "sender", kind: "refused", about: "identity", because: "the sender's address, told at RCPT", source: "Postfix, smtpd_delay_reject" },
  { codes: ["5xx"], phases: ["rcpt"], enhanced: ["1.0", "4.1", "5.0"], phrase: "edge-blocked", kind: "rejected", about: "recipient", because: "the server knows its recipients, and this is none", source: "Exchange Online, Directory-Based Edge Blocking; Outlook.com; Cisco, recipient access table" },
  { codes: ["5xx"], phases: ["rcpt"], enhanced: ofAddress, phrase: "no-such-user", kind: "rejected", about: "recipient", because: "no such user", source: "RFC 5321, 3.4 and 4.2.3" },
  { codes: ["5xx"], phases: ["rcpt"], enhanced: ofAddress, phrase: "no-such-host", kind: "rejected", about: "recipient", because: "no such domain", source: "RFC 5321, 3.4 and 4.2.3" },
  { codes: ["5xx"], phases: ["rcpt"], enhanced: ofAddress, phrase: "moved", kind: "rejected", about: "recipient", because: "the recipient is not there any more", source: "RFC 5321, 3.4 and 4.2.3" },
  // The answer to DATA and to the message, and what fits everything.
  { codes: ["4xx", "5xx"], phases: ["data", "dot"], phrase: "too-many-recipients", kind: "refused", about: "message", remedy: "fewer-recipients", because: "too many recipients in one transaction", source: "RFC 5321, 4.5.3.1.10" },
  { codes: ["4xx"], phases: ["dot"], enhanced: ["2.*"], kind: "deferred", about: "recipient", because: "mailbox full or busy", source: rfc3463 },
  { codes: ["4xx"], kind: "transient", about: "passing", because: "not now", source: rfc5321 },
  { codes: ["5xx"], kind: "refused", about: "message", because: "this provider will not take this message", source: rfc5321 },
]);
