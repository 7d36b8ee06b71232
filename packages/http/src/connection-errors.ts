import type { FailureKind } from "@relais/core/spi";
import type { About } from "./error-row.ts";

/** What follows from an error code met before any byte of the request left. */
export interface ConnectionRow {
  readonly code: RegExp;
  readonly kind: FailureKind;
  readonly about: About;
  readonly meaning: string;
  /** Another try right away would meet the same. */
  readonly again?: false;
  /** The page that lists the code. */
  readonly source: string;
}

const nodeErrors = "https://nodejs.org/api/errors.html";
const tlsErrors = "https://nodejs.org/api/tls.html#x509-certificate-error-codes";
const passing = { kind: "transient", about: "passing", source: nodeErrors } as const;
const ours = { kind: "misconfigured", about: "account", source: nodeErrors } as const;
const certificate = { ...ours, meaning: "certificate not accepted", source: tlsErrors } as const;

const refusal = { ...ours, source: "https://www.rfc-editor.org/rfc/rfc9110#section-15.5" } as const;

/** Of a proxy that was asked to connect us: nothing has been handed over then. */
const proxyErrors: readonly ConnectionRow[] = [
  { code: /^EPROXYAUTH$/, ...refusal, meaning: "the proxy wants a login" },
  { code: /^EPROXYDENIED$/, ...refusal, meaning: "the proxy does not let us through" },
  {
    code: /^EPROXY$/,
    ...passing,
    meaning: "the proxy did not connect",
    source: "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6",
  },
];

/**
 * The first row that holds a code is the answer; the last holds every code. Codes are those of libuv, c-ares and
 * Node's TLS.
 */
export const connectionErrors: readonly ConnectionRow[] = [
  { code: /^ECONNREFUSED$/, ...passing, meaning: "connection refused" },
  { code: /^ENOTFOUND$/, ...passing, meaning: "host not found", again: false },
  { code: /^EAI_/, ...passing, meaning: "host not looked up" },
  { code: /^ETIMEDOUT$/, ...passing, meaning: "no connection in time" },
  { code: /^E(?:HOST|NET)UNREACH$/, ...passing, meaning: "host unreachable" },
  { code: /^ERR_TLS_CERT_|^CERT_|^CRL_|^UNABLE_TO_|^(?:DEPTH_ZERO_)?SELF_SIGNED_/, ...certificate },
  {
    code: /^(?:INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERROR_IN_CERT_)/,
    ...certificate,
  },
  ...proxyErrors,
  { code: /^ERR_SSL_|^EPROTO$/, ...ours, meaning: "no TLS there, or none we can speak" },
  { code: /^ERR_INVALID_/, ...ours, meaning: "not a request that can be made" },
  { code: /^/, ...passing, meaning: "connection lost before the message was handed over" },
];
