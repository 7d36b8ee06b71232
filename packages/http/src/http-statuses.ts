import { type ErrorRow, retryAfterHeader } from "./error-row.ts";

const rfc9110 = "https://www.rfc-editor.org/rfc/rfc9110#section-15";
const retryAfter = [retryAfterHeader];

/**
 * What follows from a status that the vendor's own table has no row for. A 4xx cannot be said after the message was
 * taken; everything of 5xx can, by whatever stands between us and the vendor.
 */
export const httpStatuses: readonly ErrorRow[] = [
  { status: [200, 299], kind: "unknown", meaning: "an answer without a message id", source: rfc9110 },
  {
    status: [300, 399],
    kind: "misconfigured",
    meaning: "the endpoint redirects, which is not followed",
    source: `${rfc9110}.4`,
  },
  { status: 401, kind: "misconfigured", meaning: "not let in", source: `${rfc9110}.5.2` },
  { status: 402, kind: "misconfigured", meaning: "payment required", source: `${rfc9110}.5.3` },
  { status: 403, kind: "misconfigured", meaning: "not let in", source: `${rfc9110}.5.4` },
  { status: 407, kind: "misconfigured", meaning: "a proxy wants a login", source: `${rfc9110}.5.8` },
  {
    status: 408,
    kind: "transient",
    meaning: "the request did not arrive in time",
    retryAfter,
    source: `${rfc9110}.5.9`,
  },
  { status: 413, kind: "refused", meaning: "message too large", source: `${rfc9110}.5.14` },
  {
    status: 429,
    kind: "throttled",
    meaning: "sending too fast",
    retryAfter,
    source: "https://www.rfc-editor.org/rfc/rfc6585#section-4",
  },
  { status: 400, kind: "refused", meaning: "the message was not taken", source: `${rfc9110}.5.1` },
  { status: 422, kind: "refused", meaning: "the message was not taken", source: `${rfc9110}.5.21` },
  {
    status: [400, 499],
    kind: "misconfigured",
    meaning: "the endpoint does not know this request",
    source: `${rfc9110}.5`,
  },
  {
    status: [0, 999],
    kind: "unknown",
    meaning: "an answer that does not say whether the message was taken",
    source: `${rfc9110}.6`,
  },
];
