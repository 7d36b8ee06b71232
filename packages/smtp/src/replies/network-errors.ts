import type { FailureKind } from "@relais/core/spi";
import type { ParsedError } from "./parse-error.ts";
import type { About } from "./reply-rules.ts";

/** One row of the table for what happens without a reply. */
export interface WireRule {
  /** An errno, a Node.js, OpenSSL or nodemailer code; a final `*` matches any ending. */
  readonly code: string;
  readonly kind: FailureKind;
  readonly about: About;
  readonly retryable?: false;
  readonly reason: string;
  /** Where the code is written down. */
  readonly source: string;
}

const node = "https://nodejs.org/api/errors.html";
const nodemailer = "nodemailer 10.6.0, errors.js and smtp-connection";
const x509 = "https://nodejs.org/api/tls.html#x509-certificate-error-codes";

const certificate = (code: string, reason: string, source = x509): WireRule => ({
  code,
  kind: "misconfigured",
  about: "account",
  reason,
  source,
});
const network = (code: string, reason: string, source = node): WireRule => ({
  code,
  kind: "transient",
  about: "passing",
  reason,
  source,
});

/**
 * What the network, TLS and nodemailer report before the message was handed over; the first row that fits decides.
 * The codes are looked up from the inmost out: `originalCode`, then `timeoutType`, then `code`.
 */
// biome-ignore format: one row a line
export const wireRules: readonly WireRule[] = Object.freeze<WireRule[]>([
  { ...network("ENOTFOUND", "the host has no address"), retryable: false },
  network("EAI_AGAIN", "the name server did not answer"),
  network("ETIMEOUT", "the name server did not answer in time"),
  network("ECONNREFUSED", "connection refused"),
  network("ECONNRESET", "connection reset"),
  network("EPIPE", "connection lost"),
  network("EHOSTUNREACH", "host unreachable"),
  network("ENETUNREACH", "network unreachable"),
  network("CONNECT_TIMEOUT", "no connection in time", nodemailer),
  network("GREETING_TIMEOUT", "no greeting in time", nodemailer),
  network("UPGRADE_TIMEOUT", "the TLS handshake took too long", nodemailer),
  network("SOCKET_TIMEOUT", "the server fell silent", nodemailer),
  certificate("CERT_HAS_EXPIRED", "the server's certificate has expired"),
  certificate("CERT_*", "the server's certificate is not valid"),
  certificate("ERR_TLS_CERT_ALTNAME_INVALID", "the server's certificate is for another name"),
  certificate("HOSTNAME_MISMATCH", "the server's certificate is for another name"),
  certificate("DEPTH_ZERO_SELF_SIGNED_CERT", "the server's certificate is self-signed"),
  certificate("SELF_SIGNED_CERT_IN_CHAIN", "the server's certificate comes from an unknown authority"),
  certificate("UNABLE_TO_*", "the server's certificate comes from an unknown authority"),
  certificate("INVALID_CA", "the server's certificate comes from an invalid authority"),
  certificate("INVALID_PURPOSE", "the server's certificate is not for servers"),
  certificate("PATH_LENGTH_EXCEEDED", "the server's certificate chain is not valid"),
  certificate("CRL_*", "the list of revoked certificates is not valid"),
  certificate("ERROR_IN_*", "the server's certificate is not valid"),
  certificate("ERR_SSL_WRONG_VERSION_NUMBER", "no TLS on this port: check port and secure"),
  certificate("ETLSPORT", "this port speaks TLS: set secure: true (SMTP_SECURE=true)", "RFC 8314, 3"),
  certificate("ERR_SSL_*", "no TLS version or cipher in common"),
  certificate("ERR_TLS_*", "the TLS settings do not work with this server"),
  certificate("EPROTO", "no TLS version or cipher in common"),
  certificate("ERR_ACCESS_DENIED", "this process may not use the network"),
  // The token endpoint's own refusal; isTransientTokenError sees what passes.
  certificate("EOAUTH2", "no access token", nodemailer),
  network("EFETCH", "the token endpoint could not be reached", nodemailer),
  certificate("ENOAUTH", "the server offers no login", nodemailer),
  certificate("EAUTH", "the login could not be tried", nodemailer),
  network("ETLS", "the TLS handshake was dropped", nodemailer),
  network("EPROXY", "the proxy did not connect", nodemailer),
  network("EDNS", "the host's address could not be found", nodemailer),
  network("EPROTOCOL", "the server does not speak SMTP", nodemailer),
  network("ETIMEDOUT", "no answer in time", nodemailer),
  network("ECONNECTION", "connection lost", nodemailer),
  network("ESOCKET", "connection lost", nodemailer),
  { code: "EMESSAGE", kind: "refused", about: "message", reason: "larger than the server allows", source: nodemailer },
  { code: "EENVELOPE", kind: "rejected", about: "recipient", reason: "not an address SMTP can carry", source: nodemailer },
]);

/** The row for the first of these codes that has one. */
export function findWireRule(codes: readonly (string | undefined)[]): WireRule | undefined {
  for (const code of codes) {
    if (code === undefined) continue;
    const rule = wireRules.find((row) =>
      row.code.endsWith("*") ? code.startsWith(row.code.slice(0, -1)) : row.code === code,
    );
    if (rule !== undefined) return rule;
  }
  return undefined;
}

/** RFC 6749, 4.1.2.1 and 5.2: what a token endpoint says when it is the one to blame, for now. */
const transientTokenErrors = /^(?:temporarily_unavailable|server_error|slow_down)\b/;

/** Whether no token came because of the network or the endpoint, and not because of what we asked with. */
export function isTransientTokenError({ code, originalCode, message, response }: ParsedError): boolean {
  if (code !== "EAUTH" || response !== undefined) return false;
  if (originalCode === "EOAUTH2")
    return transientTokenErrors.test(message) || message === "Invalid authentication response";
  // An endpoint that answers with HTML: nodemailer's JSON.parse threw.
  return originalCode === undefined && /JSON/.test(message);
}
