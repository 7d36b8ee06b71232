import { type ErrorRow, retryAfterHeader } from "./error-row.ts";

const rfc9110 = "https://www.rfc-editor.org/rfc/rfc9110#section-15";
const retryAfter = [retryAfterHeader];
const ours = { kind: "misconfigured", about: "account" } as const;
const refused = { kind: "refused", about: "message" } as const;
const unsaid = { kind: "unknown", about: "passing" } as const;

/**
 * What follows from a status that the vendor's own table has no row for. A 4xx cannot be said after the message was
 * taken; everything of 5xx can, by whatever stands between us and the vendor.
 */
export const httpStatuses: readonly ErrorRow[] = [
  { status: [200, 299], ...unsaid, meaning: "an answer without a message id", source: rfc9110 },
  {
    status: [300, 399],
    ...ours,
    meaning: "the endpoint redirects, which is not followed",
    source: `${rfc9110}.4`,
  },
  { status: 400, ...refused, meaning: "the message was not taken", source: `${rfc9110}.5.1` },
  { status: 401, ...ours, meaning: "not let in", source: `${rfc9110}.5.2` },
  { status: 402, ...ours, meaning: "payment required", source: `${rfc9110}.5.3` },
  { status: 403, ...ours, meaning: "not let in", source: `${rfc9110}.5.4` },
  { status: 404, ...ours, meaning: "the endpoint does not know this path", source: `${rfc9110}.5.5` },
  { status: 405, ...ours, meaning: "the endpoint does not know this request", source: `${rfc9110}.5.6` },
  { status: 407, ...ours, meaning: "a proxy wants a login", source: `${rfc9110}.5.8` },
  {
    status: 408,
    kind: "transient",
    about: "passing",
    meaning: "the request did not arrive in time",
    retryAfter,
    source: `${rfc9110}.5.9`,
  },
  { status: 413, ...refused, meaning: "message too large", source: `${rfc9110}.5.14` },
  { status: 422, ...refused, meaning: "the message was not taken", source: `${rfc9110}.5.21` },
  {
    status: 429,
    kind: "throttled",
    about: "account",
    meaning: "sending too fast",
    retryAfter,
    source: "https://www.rfc-editor.org/rfc/rfc6585#section-4",
  },
  // Nobody here knows what it means; the next provider may take the message, and this one the next message.
  { status: [400, 499], ...refused, meaning: "a no of an unknown kind", source: `${rfc9110}.5` },
  {
    status: [0, 999],
    ...unsaid,
    meaning: "an answer that does not say whether the message was taken",
    source: `${rfc9110}.6`,
  },
];
