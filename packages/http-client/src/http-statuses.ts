import { type Meaning, rows } from "./failure.ts";
import { type RetryAfterSource, retryAfterHeader } from "./retry-after.ts";

/** What follows from an HTTP status that came without the provider's own error. */
export interface StatusRow extends Meaning {
  /** One status, or the first and last of a range. */
  readonly status: number | readonly [number, number];
  readonly retryAfter?: readonly RetryAfterSource[];
}

const rfc9110 = "https://www.rfc-editor.org/rfc/rfc9110#section-15";

/**
 * The first row that holds a status decides. A 4xx cannot be said after the message was passed on. All of 5xx can, a
 * bare 503 too: Envoy, and what is built on it, answers 503 when the server behind it closed or reset the connection
 * after it had the request (its flags UC and UR).
 * @param others rows for statuses of 4xx that have none here
 */
export function httpStatuses(others: readonly StatusRow[]): readonly StatusRow[] {
  return [
    { ...rows.unknown, status: [200, 299], meaning: "an answer without a message id", source: rfc9110 },
    {
      status: [300, 399],
      ...rows.misconfigured,
      meaning: "the endpoint redirects, which is not followed",
      source: `${rfc9110}.4`,
    },
    { status: 401, ...rows.misconfigured, meaning: "not let in", source: `${rfc9110}.5.2` },
    { status: 403, ...rows.misconfigured, meaning: "not let in", source: `${rfc9110}.5.4` },
    { status: 407, ...rows.misconfigured, meaning: "a proxy wants a login", source: `${rfc9110}.5.8` },
    {
      status: 408,
      ...rows.passing,
      meaning: "the request did not arrive in time",
      retryAfter: [retryAfterHeader],
      source: `${rfc9110}.5.9`,
    },
    { status: 413, ...rows.messageRefused, meaning: "message too large", source: `${rfc9110}.5.14` },
    {
      status: 429,
      ...rows.throttled,
      retryAfter: [retryAfterHeader],
      source: "https://www.rfc-editor.org/rfc/rfc6585#section-4",
    },
    ...others,
    {
      ...rows.unknown,
      status: 503,
      source: "https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage",
    },
    { ...rows.unknown, status: [0, 999], source: `${rfc9110}.6` },
  ];
}

/** Whether a row's status, or range, holds this one. */
export function holdsStatus(row: StatusRow["status"], status: number): boolean {
  const [from, to] = typeof row === "number" ? [row, row] : row;
  return status >= from && status <= to;
}
