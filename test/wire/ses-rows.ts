import type { SesFault } from "@relais/conformance";
import type { Row } from "./row.ts";

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
    name: "AccessDenied to one identity",
    fault: sesError(
      "AccessDenied",
      "ses:SendRawEmail on arn:aws:ses:eu-west-1:123456789012:identity/a.example",
      403,
    ),
    kind: "refused",
    copies: 0,
  },
  {
    name: "account paused, told as the refusal of a message",
    fault: sesError("MessageRejected", "Sending paused for this account."),
    kind: "misconfigured",
    copies: 0,
  },
  {
    name: "configuration set paused",
    fault: sesError("ConfigurationSetSendingPausedException", "paused"),
    kind: "refused",
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
