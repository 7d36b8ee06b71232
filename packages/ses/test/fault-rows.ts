import type { SesFault, SesServerOptions } from "@relais/conformance";
import type { FailureKind, Message } from "@relais/core/spi";
import type { SesOptions } from "@relais/ses";
import { letter, parcel } from "./context.ts";

/** One row of the fault matrix: what is wrong, and what must come of it. */
export interface FaultRow {
  readonly title: string;
  readonly server?: SesServerOptions;
  readonly fault?: SesFault;
  readonly options?: SesOptions;
  readonly message?: () => Promise<Message>;
  readonly to?: readonly string[];
  /** Aborts the attempt so long after the server saw its request; 0 before it begins. */
  readonly abortAfterMs?: number;
  readonly kind: FailureKind | "receipt";
  readonly code?: RegExp;
  readonly reason?: RegExp;
  readonly retryAfterMs?: number;
  /** Copies that the server really took. @defaultValue 0 */
  readonly copies?: number;
  /** @defaultValue 1 */
  readonly requests?: number;
  /** @defaultValue true */
  readonly handedOver?: boolean;
}

const sesError = (code: string, message = `words about ${code}`, status = 400): SesFault => ({
  error: { code, message, status },
});
const big = () => parcel(5_600_000);
const many = (n: number) => Array.from({ length: n }, (_, i) => `r${i}@example.org`);

/** providers.md 4.3, row by row; those of the client's own retries and time-outs do not exist here. */
export const faultRows: readonly FaultRow[] = [
  { title: "ok SendRawEmail", kind: "receipt", copies: 1 },
  // the far end breaks off
  {
    title: "silent after the request, aborted",
    fault: { stall: "beforeProcessing" },
    abortAfterMs: 100,
    kind: "unknown",
  },
  {
    title: "stall after accept",
    fault: { stall: "afterAccept" },
    abortAfterMs: 100,
    kind: "unknown",
    copies: 1,
  },
  {
    title: "RST before processing",
    fault: { reset: "beforeProcessing" },
    kind: "unknown",
    code: /^ECONNRESET$/,
  },
  {
    title: "RST after accept",
    fault: { reset: "afterAccept" },
    kind: "unknown",
    code: /^ECONNRESET$/,
    copies: 1,
  },
  {
    title: "FIN after accept",
    fault: { close: "afterAccept" },
    kind: "unknown",
    code: /^ECONNRESET$/,
    copies: 1,
  },
  {
    title: "RST while sending a big body",
    fault: { reset: "whileReading" },
    message: big,
    kind: "transient",
    code: /^(ECONNRESET|EPIPE)$/,
    handedOver: false,
  },
  {
    title: "server never reads a big body",
    fault: { stall: "noRead" },
    message: big,
    abortAfterMs: 100,
    kind: "cancelled",
    handedOver: false,
  },
  { title: "slow body, time enough", fault: { ok: "trickle", everyMs: 1 }, kind: "receipt", copies: 1 },
  { title: "slow body, aborted", fault: { ok: "trickle" }, abortAfterMs: 100, kind: "unknown", copies: 1 },
  // a 200 that is none
  { title: "truncated 200", fault: { ok: "truncated" }, kind: "unknown", code: /^ECONNRESET$/, copies: 1 },
  { title: "200 with an HTML body", fault: { ok: "html" }, kind: "unknown", code: /^HTTP 200$/, copies: 1 },
  { title: "200 with an empty body", fault: { ok: "empty" }, kind: "unknown", code: /^HTTP 200$/, copies: 1 },
  {
    title: "200 without a MessageId",
    fault: { ok: "noMessageId" },
    kind: "unknown",
    code: /^HTTP 200$/,
    copies: 1,
  },
  { title: "200 with 50 MB", fault: { ok: "huge" }, kind: "unknown", reason: /could not be read/, copies: 1 },
  { title: "200 with an entity bomb", fault: { ok: "xmlBomb" }, kind: "unknown", copies: 1 },
  // our speed
  {
    title: "Throttling, rate",
    fault: sesError("Throttling", "Maximum sending rate exceeded."),
    kind: "throttled",
    code: /^Throttling$/,
    retryAfterMs: 1_000,
  },
  {
    title: "Throttling, daily quota",
    fault: sesError("Throttling", "Daily message quota exceeded."),
    kind: "throttled",
    retryAfterMs: 600_000,
  },
  {
    title: "ThrottlingException",
    fault: sesError("ThrottlingException", "Rate exceeded"),
    kind: "throttled",
    code: /^ThrottlingException$/,
    retryAfterMs: 1_000,
  },
  { title: "LimitExceeded", fault: sesError("LimitExceeded"), kind: "throttled", retryAfterMs: 60_000 },
  {
    title: "the account's own rate",
    server: { quota: { max24HourSend: 1_000, maxSendRate: 1, sentLast24Hours: 1_000 } },
    kind: "throttled",
    retryAfterMs: 600_000,
  },
  // their trouble, in their words
  { title: "RequestExpired", fault: { expiredRequest: true }, kind: "transient", code: /^RequestExpired$/ },
  {
    title: "ServiceUnavailable 503",
    fault: sesError("ServiceUnavailable", "Try later", 503),
    kind: "transient",
    code: /^ServiceUnavailable$/,
  },
  {
    title: "InternalFailure 500",
    fault: sesError("InternalFailure", "Sorry", 500),
    kind: "transient",
    code: /^InternalFailure$/,
  },
  {
    title: "a name nobody knows, 500",
    fault: sesError("Wobble", "Sorry", 500),
    kind: "transient",
    code: /^Wobble$/,
  },
  { title: "a name nobody knows, 400", fault: sesError("Wobble"), kind: "refused", code: /^Wobble$/ },
  // something in between
  {
    title: "502 HTML from a proxy",
    fault: { status: 502, body: "<html>Bad Gateway</html>" },
    kind: "unknown",
    code: /^HTTP 502$/,
  },
  {
    title: "504 HTML from a proxy",
    fault: { status: 504, body: "<html>Timeout</html>" },
    kind: "unknown",
    code: /^HTTP 504$/,
  },
  { title: "503 empty", fault: { status: 503 }, kind: "unknown", code: /^HTTP 503$/ },
  { title: "500 empty", fault: { status: 500 }, kind: "unknown", code: /^HTTP 500$/ },
  { title: "413 empty", fault: { status: 413 }, kind: "refused", code: /^HTTP 413$/ },
  {
    title: "429 JSON",
    fault: { status: 429, body: '{"message":"slow"}', contentType: "application/json" },
    kind: "throttled",
    code: /^HTTP 429$/,
    retryAfterMs: 1_000,
  },
  {
    title: "404 HTML",
    fault: { status: 404, body: "<html>No</html>" },
    kind: "misconfigured",
    code: /^HTTP 404$/,
  },
  {
    title: "403 HTML from a firewall",
    fault: { status: 403, body: "<html>No</html>" },
    kind: "misconfigured",
    code: /^HTTP 403$/,
  },
  { title: "302 to a login page", fault: { status: 302 }, kind: "misconfigured", code: /^HTTP 302$/ },
  // this message, here
  {
    title: "MessageRejected, sandbox",
    server: { sandbox: true, verified: ["example.com"] },
    kind: "refused",
    code: /^MessageRejected$/,
    reason: /not verified.*bob@example\.org/,
  },
  {
    title: "MessageRejected, sender not verified",
    server: { verified: ["example.net"] },
    kind: "refused",
    code: /^MessageRejected$/,
    reason: /not verified/,
  },
  {
    title: "MessageRejected, content",
    fault: sesError("MessageRejected", "Message contains a virus"),
    kind: "refused",
    reason: /^message refused: Message contains a virus$/,
  },
  {
    title: "MailFromDomainNotVerified",
    fault: sesError("MailFromDomainNotVerifiedException"),
    kind: "refused",
    code: /^MailFromDomainNotVerifiedException$/,
  },
  {
    title: "InvalidParameterValue",
    fault: sesError("InvalidParameterValue"),
    kind: "refused",
    code: /^InvalidParameterValue$/,
  },
  {
    title: "10 MB in base64 and more",
    message: () => parcel(5_900_000),
    kind: "refused",
    reason: /too large/,
    requests: 0,
    handedOver: false,
  },
  {
    title: "51 recipients",
    to: many(51),
    kind: "refused",
    reason: /51 recipients/,
    requests: 0,
    handedOver: false,
  },
  { title: "50 recipients", to: many(50), kind: "receipt", copies: 1 },
  // our account
  {
    title: "ConfigurationSetDoesNotExist",
    options: { configurationSet: "absent" },
    kind: "misconfigured",
    code: /^ConfigurationSetDoesNotExist/,
  },
  {
    title: "ConfigurationSetSendingPaused",
    fault: sesError("ConfigurationSetSendingPausedException"),
    kind: "misconfigured",
    code: /^ConfigurationSetSendingPausedException$/,
  },
  {
    title: "AccountSendingPaused",
    server: { sendingEnabled: false },
    kind: "misconfigured",
    code: /^AccountSendingPausedException$/,
    reason: /^sending paused/,
  },
  {
    title: "AccessDenied",
    fault: sesError("AccessDenied", "not authorized to perform ses:SendRawEmail", 403),
    kind: "misconfigured",
    code: /^AccessDenied$/,
  },
  {
    title: "wrong secret",
    options: { credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wrong-one" } },
    kind: "misconfigured",
    code: /^SignatureDoesNotMatch$/,
  },
  {
    title: "unknown key",
    options: { credentials: { accessKeyId: "AKIDNOBODY", secretAccessKey: "secret" } },
    kind: "misconfigured",
    code: /^InvalidClientTokenId$/,
  },
  {
    title: "expired token",
    server: {
      credentials: {
        AKIDEXAMPLE: { secretAccessKey: "secret", sessionToken: "token-of-old", expired: true },
      },
    },
    options: {
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token-of-old" },
    },
    kind: "misconfigured",
    code: /^ExpiredToken/,
  },
  {
    title: "another region",
    options: { region: "us-east-1" },
    kind: "misconfigured",
    code: /^SignatureDoesNotMatch$/,
  },
  {
    title: "clock an hour off",
    server: { clockSkewMs: 3_600_000 },
    kind: "transient",
    code: /^SignatureDoesNotMatch$/,
    reason: /clock/,
  },
  {
    title: "credentials function throws",
    options: { credentials: () => Promise.reject(new Error("vault down")) },
    kind: "misconfigured",
    code: /^CredentialsProviderError$/,
    requests: 0,
    handedOver: false,
  },
  // no connection
  {
    title: "host not found",
    options: { endpoint: "http://nowhere.invalid" },
    kind: "transient",
    code: /^(ENOTFOUND|EAI_AGAIN)$/,
    requests: 0,
    handedOver: false,
  },
  {
    title: "expired certificate",
    server: { certificate: "expired" },
    kind: "misconfigured",
    code: /^CERT_HAS_EXPIRED$/,
    requests: 0,
    handedOver: false,
  },
  {
    title: "certificate of another host",
    server: { certificate: "wrongName" },
    kind: "misconfigured",
    code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    requests: 0,
    handedOver: false,
  },
  {
    title: "self-signed certificate",
    server: { certificate: "selfSigned" },
    kind: "misconfigured",
    code: /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    requests: 0,
    handedOver: false,
  },
  { title: "good certificate", server: { certificate: "good" }, kind: "receipt", copies: 1 },
  { title: "aborted before", abortAfterMs: 0, kind: "cancelled", requests: 0, handedOver: false },
  { title: "a small message", message: letter, kind: "receipt", copies: 1 },
];
