import type { SesFault, SmtpScript, SmtpServerOptions } from "@relais/conformance";
import type { FailureKind } from "@relais/core";
import type { SesOptions } from "@relais/ses";
import type { SmtpOptions } from "@relais/smtp";

/** One fault at the first provider of a chain of two, and what must follow. */
export interface Row {
  readonly name: string;
  /** More than one where the far end's buffers decide how far the body got. */
  readonly kind: FailureKind | readonly FailureKind[];
  /** Copies that the first far end really took, whatever it said. */
  readonly copies: 0 | 1;
  readonly script?: SmtpScript;
  readonly server?: SmtpServerOptions;
  readonly smtp?: Partial<SmtpOptions>;
  readonly fault?: SesFault;
  readonly ses?: Partial<SesOptions>;
  readonly down?: true;
  readonly timeoutMs?: number;
  readonly bytes?: number;
}

const reply = (line: string) => ({ reply: line });

/** SMTP faults, by the step at which they happen. */
export const smtpRows: readonly Row[] = [
  { name: "connection refused", down: true, kind: "transient", copies: 0 },
  {
    name: "connection dropped before the greeting",
    script: { connect: { drop: true } },
    kind: "transient",
    copies: 0,
  },
  {
    name: "connection reset before the greeting",
    script: { connect: { reset: true } },
    kind: "transient",
    copies: 0,
  },
  {
    name: "no greeting",
    script: { greeting: { stall: true } },
    timeoutMs: 150,
    kind: "transient",
    copies: 0,
  },
  {
    name: "greeting trickles",
    script: { greeting: { trickle: "220 slow and slower", everyMs: 60 } },
    timeoutMs: 150,
    kind: "transient",
    copies: 0,
  },
  {
    name: "greeting 421",
    script: { greeting: reply("421 4.3.2 shutting down") },
    kind: "transient",
    copies: 0,
  },
  {
    name: "greeting 554",
    script: { greeting: reply("554 5.3.2 no service here") },
    kind: "transient",
    copies: 0,
  },
  {
    name: "greeting of an HTTP server",
    script: { greeting: { raw: "HTTP/1.1 400 Bad Request\r\n\r\n" } },
    kind: "transient",
    copies: 0,
  },
  { name: "EHLO 421", script: { ehlo: reply("421 4.3.2 shutting down") }, kind: "transient", copies: 0 },
  {
    name: "STARTTLS 454",
    script: { starttls: reply("454 4.7.0 TLS not available") },
    kind: "transient",
    copies: 0,
  },
  {
    name: "connection reset in the TLS handshake",
    script: { tls: { reset: true } },
    kind: "transient",
    copies: 0,
  },
  { name: "STARTTLS not offered", server: { starttls: false }, kind: "misconfigured", copies: 0 },
  { name: "certificate expired", server: { certificate: "expired" }, kind: "misconfigured", copies: 0 },
  {
    name: "certificate of another host",
    server: { certificate: "wrongName" },
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "certificate of an unknown authority",
    server: { certificate: "selfSigned" },
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "login refused",
    smtp: { auth: { user: "relais", pass: "wrong" } },
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "login 454",
    script: { auth: reply("454 4.7.0 temporary authentication failure") },
    kind: "transient",
    copies: 0,
  },
  { name: "login stalls", script: { auth: { stall: true } }, timeoutMs: 200, kind: "transient", copies: 0 },
  {
    name: "530 at MAIL",
    script: { mail: reply("530 5.7.0 authentication required") },
    kind: "misconfigured",
    copies: 0,
  },
  { name: "451 at MAIL", script: { mail: reply("451 4.3.0 try later") }, kind: "transient", copies: 0 },
  {
    name: "sending rate at MAIL",
    script: { mail: reply("454 Throttling failure: Maximum sending rate exceeded.") },
    kind: "throttled",
    copies: 0,
  },
  {
    name: "daily quota at MAIL",
    script: { mail: reply("454 Throttling failure: Daily message quota exceeded.") },
    kind: "throttled",
    copies: 0,
  },
  {
    name: "rate 4.7.x at RCPT",
    script: { rcpt: reply("450 4.7.1 Error: too much mail from 203.0.113.1") },
    kind: ["throttled", "deferred"],
    copies: 0,
  },
  {
    name: "sender refused at MAIL",
    script: { mail: reply("550 5.7.1 sender not allowed") },
    kind: "refused",
    copies: 0,
  },
  {
    name: "too large at MAIL",
    script: { mail: reply("552 5.3.4 message too big") },
    kind: "refused",
    copies: 0,
  },
  { name: "SIZE exceeded", server: { size: 200 }, bytes: 2_000, kind: "refused", copies: 0 },
  {
    name: "sender refused at RCPT",
    script: { rcpt: reply("550 5.1.8 bad sender domain") },
    kind: "refused",
    copies: 0,
  },
  {
    name: "relay denied",
    script: { rcpt: reply("554 5.7.1 relay access denied") },
    kind: "refused",
    copies: 0,
  },
  {
    name: "greylisted",
    script: { rcpt: reply("451 4.7.1 greylisted, come back later") },
    kind: "deferred",
    copies: 0,
  },
  { name: "mailbox busy", script: { rcpt: reply("450 4.2.1 mailbox busy") }, kind: "deferred", copies: 0 },
  { name: "mailbox full", script: { rcpt: reply("452 4.2.2 mailbox full") }, kind: "deferred", copies: 0 },
  { name: "no such user", script: { rcpt: reply("550 5.1.1 no such user") }, kind: "rejected", copies: 0 },
  {
    name: "no such domain",
    script: { rcpt: reply("550 5.1.2 bad destination system") },
    kind: "rejected",
    copies: 0,
  },
  {
    name: "bad address syntax",
    script: { rcpt: reply("553 5.1.3 bad address") },
    kind: "rejected",
    copies: 0,
  },
  {
    name: "null MX",
    script: { rcpt: reply("556 5.1.10 domain does not accept mail") },
    kind: "rejected",
    copies: 0,
  },
  {
    name: "mailbox disabled",
    script: { rcpt: reply("550 5.2.1 mailbox disabled") },
    kind: "rejected",
    copies: 0,
  },
  {
    name: "no such user, in words only",
    script: { rcpt: reply("550 User unknown") },
    kind: "rejected",
    copies: 0,
  },
  {
    name: "421 at RCPT, then closed",
    script: { rcpt: { reply: "421 4.3.2 closing", next: "drop" } },
    kind: "transient",
    copies: 0,
  },
  { name: "dropped at MAIL", script: { mail: { drop: true } }, kind: "transient", copies: 0 },
  { name: "reset at RCPT", script: { rcpt: { reset: true } }, kind: "transient", copies: 0 },
  {
    name: "stalled at RCPT",
    script: { rcpt: { stall: true } },
    timeoutMs: 200,
    kind: "transient",
    copies: 0,
  },
  { name: "451 at DATA", script: { data: reply("451 4.3.0 not now") }, kind: "transient", copies: 0 },
  { name: "554 at DATA", script: { data: reply("554 5.7.1 not from you") }, kind: "refused", copies: 0 },
  { name: "dropped at DATA", script: { data: { drop: true } }, kind: "transient", copies: 0 },
  {
    name: "reset in the middle of 6 MB",
    script: { body: { afterBytes: 2_000, next: "reset" } },
    bytes: 6_000_000,
    kind: ["transient", "unknown"],
    copies: 0,
  },
  {
    name: "stalled in the middle of 6 MB",
    script: { body: { afterBytes: 2_000, next: "stall" } },
    bytes: 6_000_000,
    timeoutMs: 1_500,
    kind: ["transient", "unknown"],
    copies: 0,
  },
  {
    name: "451 to the final dot",
    script: { dot: reply("451 4.3.0 try later") },
    kind: "transient",
    copies: 0,
  },
  {
    name: "421 to the final dot",
    script: { dot: { reply: "421 4.3.2 closing", next: "drop" } },
    kind: "transient",
    copies: 0,
  },
  {
    name: "spam verdict on the final dot",
    script: { dot: reply("554 5.7.1 looks like spam") },
    kind: "refused",
    copies: 0,
  },
  {
    name: "too large on the final dot",
    script: { dot: reply("552 5.3.4 too big") },
    kind: "refused",
    copies: 0,
  },
  { name: "dropped after the final dot", script: { dot: { drop: true } }, kind: "unknown", copies: 1 },
  { name: "reset after the final dot", script: { dot: { reset: true } }, kind: "unknown", copies: 1 },
  {
    name: "stalled after the final dot",
    script: { dot: { stall: true } },
    timeoutMs: 300,
    kind: "unknown",
    copies: 1,
  },
  {
    name: "half a 250, then dropped",
    script: { dot: { drop: true, after: "250 o" } },
    kind: "unknown",
    copies: 1,
  },
  {
    name: "half a 550, then dropped",
    script: { dot: { drop: true, after: "550 5.7", keep: false } },
    kind: "unknown",
    copies: 0,
  },
  {
    name: "garbage after the final dot",
    script: { dot: { raw: "what?\r\n", keep: true } },
    kind: "unknown",
    copies: 1,
  },
  {
    name: "354 after the final dot",
    script: { dot: { reply: "354 go on", keep: true } },
    kind: "unknown",
    copies: 1,
  },
];

const sesError = (code: string, message: string, status = 400): SesFault => ({
  error: { code, message, status },
});

/** SES faults. */
export const sesRows: readonly Row[] = [
  { name: "connection refused", down: true, kind: "transient", copies: 0 },
  {
    name: "sending rate",
    fault: sesError("Throttling", "Maximum sending rate exceeded."),
    kind: "throttled",
    copies: 0,
  },
  {
    name: "daily quota",
    fault: sesError("Throttling", "Daily message quota exceeded."),
    kind: "throttled",
    copies: 0,
  },
  {
    name: "ThrottlingException",
    fault: sesError("ThrottlingException", "Maximum sending rate exceeded."),
    kind: "throttled",
    copies: 0,
  },
  { name: "LimitExceeded", fault: sesError("LimitExceeded", "limit"), kind: "throttled", copies: 0 },
  {
    name: "429 from a proxy",
    fault: { status: 429, body: "{}", contentType: "application/json" },
    kind: "throttled",
    copies: 0,
  },
  {
    name: "ServiceUnavailable",
    fault: sesError("ServiceUnavailable", "try later", 503),
    kind: "transient",
    copies: 0,
  },
  {
    name: "InternalFailure",
    fault: sesError("InternalFailure", "try later", 500),
    kind: "transient",
    copies: 0,
  },
  {
    name: "wrong secret",
    ses: { credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-the-secret-one" } },
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "unknown key",
    ses: { credentials: { accessKeyId: "AKIDNOBODY", secretAccessKey: "x".repeat(40) } },
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "expired token",
    fault: sesError("ExpiredToken", "expired", 403),
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "AccessDenied",
    fault: sesError("AccessDenied", "not allowed", 403),
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "account paused",
    fault: sesError("AccountSendingPausedException", "paused"),
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "configuration set missing",
    fault: sesError("ConfigurationSetDoesNotExist", "no such set"),
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "identity not verified",
    fault: sesError("MessageRejected", "Email address is not verified."),
    kind: "refused",
    copies: 0,
  },
  {
    name: "content refused",
    fault: sesError("MessageRejected", "Transaction failed: virus"),
    kind: "refused",
    copies: 0,
  },
  {
    name: "MAIL FROM domain not verified",
    fault: sesError("MailFromDomainNotVerifiedException", "x"),
    kind: "refused",
    copies: 0,
  },
  {
    name: "InvalidParameterValue",
    fault: sesError("InvalidParameterValue", "x"),
    kind: "refused",
    copies: 0,
  },
  { name: "reset after it was accepted", fault: { reset: "afterAccept" }, kind: "unknown", copies: 1 },
  { name: "closed after it was accepted", fault: { close: "afterAccept" }, kind: "unknown", copies: 1 },
  {
    name: "stalled after it was accepted",
    fault: { stall: "afterAccept" },
    timeoutMs: 300,
    kind: "unknown",
    copies: 1,
  },
  {
    name: "stalled before it was looked at",
    fault: { stall: "beforeProcessing" },
    timeoutMs: 300,
    kind: "unknown",
    copies: 0,
  },
  { name: "reset before it was looked at", fault: { reset: "beforeProcessing" }, kind: "unknown", copies: 0 },
  { name: "200 with HTML", fault: { ok: "html" }, kind: "unknown", copies: 1 },
  { name: "200 without a MessageId", fault: { ok: "noMessageId" }, kind: "unknown", copies: 1 },
  { name: "200 cut short", fault: { ok: "truncated" }, kind: "unknown", copies: 1 },
  {
    name: "502 from a proxy",
    fault: { status: 502, body: "<html>bad gateway</html>", contentType: "text/html" },
    kind: "unknown",
    copies: 0,
  },
];
