import type { SesFault } from "@relais/conformance";
import { letter, parcel } from "./context.ts";
import type { FaultRow } from "./fault-row.ts";

const sesError = (code: string, message = `words about ${code}`, status = 400): SesFault => ({
  error: { code, message, status },
});
const many = (n: number) => Array.from({ length: n }, (_, i) => `r${i}@example.org`);

/** What stands between, this message, our account, and no connection at all. */
export const accountRows: readonly FaultRow[] = [
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
    kind: "refused",
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
    options: { endpoint: "https://nowhere.invalid" },
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
