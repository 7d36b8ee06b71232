import type { FailureKind } from "@relais/core/spi";
import type { About } from "./ses-error.ts";

/** What follows from an HTTP status that came without the words of SES: something in between answered. */
export interface StatusRow {
  readonly from: number;
  readonly to: number;
  readonly kind: FailureKind;
  readonly about: About;
  readonly meaning: string;
  readonly retryAfterMs?: number;
  readonly source: string;
}

const rfc9110 = "https://www.rfc-editor.org/rfc/rfc9110#section-15";

/**
 * The first row that holds a status is the answer. A definite no is one that whoever says it cannot say after having
 * passed the message on. All of 5xx can be said after that, a bare 503 too: Envoy, and whatever is built on it,
 * answers 503 when SES closed or reset the connection after it had the request (its flags UC and UR).
 */
export const httpStatuses: readonly StatusRow[] = [
  {
    from: 200,
    to: 299,
    kind: "unknown",
    about: "passing",
    meaning: "an answer without a message id",
    source: rfc9110,
  },
  {
    from: 300,
    to: 399,
    kind: "misconfigured",
    about: "account",
    meaning: "the endpoint is not SES: it redirects",
    source: `${rfc9110}.4`,
  },
  {
    from: 401,
    to: 401,
    kind: "misconfigured",
    about: "account",
    meaning: "not let in",
    source: `${rfc9110}.5.2`,
  },
  {
    from: 403,
    to: 403,
    kind: "misconfigured",
    about: "account",
    meaning: "not let in",
    source: `${rfc9110}.5.4`,
  },
  {
    from: 407,
    to: 407,
    kind: "misconfigured",
    about: "account",
    meaning: "a proxy wants a login",
    source: `${rfc9110}.5.8`,
  },
  {
    from: 408,
    to: 408,
    kind: "transient",
    about: "passing",
    meaning: "the request did not arrive in time",
    source: `${rfc9110}.5.9`,
  },
  {
    from: 413,
    to: 413,
    kind: "refused",
    about: "message",
    meaning: "message too large",
    source: `${rfc9110}.5.14`,
  },
  {
    from: 429,
    to: 429,
    kind: "throttled",
    about: "account",
    meaning: "sending too fast",
    retryAfterMs: 1_000,
    source: "https://www.rfc-editor.org/rfc/rfc6585#section-4",
  },
  {
    from: 400,
    to: 499,
    kind: "misconfigured",
    about: "account",
    meaning: "the endpoint is not SES",
    source: `${rfc9110}.5`,
  },
  {
    from: 503,
    to: 503,
    kind: "unknown",
    about: "passing",
    meaning: "unavailable, and not in the words of SES",
    source: "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage",
  },
  {
    from: 500,
    to: 599,
    kind: "unknown",
    about: "passing",
    meaning: "failure between us and SES",
    source: `${rfc9110}.6`,
  },
];
