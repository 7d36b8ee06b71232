import type { FailureKind } from "@relais/core/spi";

/** What follows from an error code met before any byte of the request left. */
export interface ConnectionRow {
  readonly code: RegExp;
  readonly kind: FailureKind;
  readonly meaning: string;
  /** Another try right away would meet the same. */
  readonly again?: false;
}

const certificate = { kind: "misconfigured", meaning: "certificate not accepted" } as const;

/**
 * The first row that holds a code is the answer; the last holds every code. Codes are those of libuv, c-ares and Node's
 * TLS: https://nodejs.org/api/errors.html and https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
export const connectionErrors: readonly ConnectionRow[] = [
  { code: /^ECONNREFUSED$/, kind: "transient", meaning: "connection refused" },
  { code: /^ENOTFOUND$/, kind: "transient", meaning: "host not found", again: false },
  { code: /^EAI_/, kind: "transient", meaning: "host not looked up" },
  { code: /^ETIMEDOUT$/, kind: "transient", meaning: "no connection in time" },
  { code: /^E(?:HOST|NET)UNREACH$/, kind: "transient", meaning: "host unreachable" },
  { code: /^ERR_TLS_CERT_|^CERT_|^CRL_|^UNABLE_TO_|^(?:DEPTH_ZERO_)?SELF_SIGNED_/, ...certificate },
  {
    code: /^(?:INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERROR_IN_CERT_)/,
    ...certificate,
  },
  { code: /^ERR_SSL_|^EPROTO$/, kind: "misconfigured", meaning: "no TLS there, or none we can speak" },
  { code: /^ERR_INVALID_/, kind: "misconfigured", meaning: "not a request that can be made" },
  { code: /^/, kind: "transient", meaning: "connection lost before the message was handed over" },
];
