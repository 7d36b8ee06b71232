import type { Diagnosis } from "@relais/core/spi";
import { throughProxy } from "./connections.ts";
import { type Meaning, rows } from "./failure.ts";
import type { RequestProgress } from "./request.ts";

/** What follows from an error code met before any byte of the message left. */
export interface ConnectionRow extends Meaning {
  readonly code: RegExp;
  /** Another try right away would meet the same. */
  readonly retryable?: false;
}

const nodeErrors = "https://nodejs.org/api/errors.html";
const tlsErrors = "https://nodejs.org/api/tls.html#x509-certificate-error-codes";
const network = { ...rows.passing, source: nodeErrors } as const;
const ours = { ...rows.misconfigured, source: nodeErrors } as const;
const refusal = { ...ours, source: "https://www.rfc-editor.org/rfc/rfc9110#section-15.5" } as const;

/**
 * The first row that holds a code decides; the last holds every code. Codes are those of libuv, c-ares, Node's TLS, and
 * of this package: EPROXY… of a proxy, EINSECURE.
 */
export const connectionErrors: readonly ConnectionRow[] = [
  { code: /^ECONNREFUSED$/, ...network, meaning: "connection refused" },
  { code: /^ENOTFOUND$/, ...network, meaning: "host not found", retryable: false },
  { code: /^EAI_/, ...network, meaning: "host not looked up" },
  { code: /^ETIMEDOUT$/, ...network, meaning: "no connection in time" },
  { code: /^E(?:HOST|NET)UNREACH$/, ...network, meaning: "host unreachable" },
  {
    code: /^(?:ERR_TLS_CERT_|CERT_|CRL_|UNABLE_TO_|(?:DEPTH_ZERO_)?SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERROR_IN_CERT_)/,
    ...ours,
    meaning: "certificate not accepted",
    source: tlsErrors,
  },
  { code: /^EPROXYAUTH$/, ...refusal, meaning: "the proxy wants a login" },
  { code: /^EPROXYDENIED$/, ...refusal, meaning: "the proxy does not let us through" },
  {
    code: /^EPROXY$/,
    ...network,
    meaning: "the proxy did not connect",
    source: "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6",
  },
  { code: /^EINSECURE$/, ...ours, meaning: "an http: endpoint that is not on this machine" },
  { code: /^ERR_SSL_|^EPROTO$/, ...ours, meaning: "no TLS there, or none we can speak" },
  { code: /^ERR_INVALID_/, ...ours, meaning: "not a request that can be made" },
  { code: /^/, ...network, meaning: "connection lost before the message was handed over" },
];

const lastRow = connectionErrors.at(-1) as ConnectionRow;

/** An error's code, else its name where that says more than `Error`. */
function codeOf(error: unknown): string | undefined {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === "string" && code !== "") return code;
  return typeof name === "string" && !["", "Error", "AbortError"].includes(name) ? name : undefined;
}

/** What an error means that left a request without a whole response. */
export function classifyError(error: unknown, progress: RequestProgress, aborted: boolean): Diagnosis {
  const { stage, status, handedOver, handOverRefused } = progress;
  if (handOverRefused) return { kind: "cancelled", reason: "the hand-over was not confirmed" };
  if (aborted && !handedOver)
    return { kind: "cancelled", reason: "given up before the message was handed over" };
  const code = codeOf(error);
  if (!handedOver) {
    const { kind, meaning, retryable } =
      (stage === "connecting" && connectionErrors.find((row) => row.code.test(code ?? ""))) || lastRow;
    return { kind, reason: `${meaning}${throughProxy(error)}`, code, retryable };
  }
  const what = aborted
    ? "time ran out"
    : status === undefined
      ? "connection lost"
      : "the answer could not be read";
  return { kind: "unknown", reason: `${what} after the message was handed over`, code };
}
