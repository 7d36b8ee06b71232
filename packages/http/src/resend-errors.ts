import { type ErrorRow, retryAfterHeader } from "./error-row.ts";

const source = "https://resend.com/docs/api-reference/errors";
const limits = "https://resend.com/docs/api-reference/rate-limit";
const retryAfter = [retryAfterHeader, { header: "ratelimit-reset", unit: "seconds" }] as const;

/** Errors of Resend by `name`. Its 5xx do not say whether the message was taken: `httpStatuses` has them. */
export const resendErrors: readonly ErrorRow[] = [
  { status: 401, code: "missing_api_key", kind: "misconfigured", meaning: "no API key", source },
  { status: 401, code: "restricted_api_key", kind: "misconfigured", meaning: "API key may not", source },
  { status: 403, code: "invalid_api_key", kind: "misconfigured", meaning: "API key is invalid", source },
  {
    status: 403,
    code: "validation_error",
    kind: "refused",
    meaning: "sender domain not verified, or test mode",
    source,
  },
  { status: 403, code: "invalid_from_address", kind: "refused", meaning: "sender not valid", source },
  { status: 404, code: "not_found", kind: "misconfigured", meaning: "no such endpoint", source },
  { status: 405, code: "method_not_allowed", kind: "misconfigured", meaning: "no such endpoint", source },
  {
    status: 409,
    code: "invalid_idempotent_request",
    kind: "unknown",
    meaning: "another message was handed over under this id",
    source,
  },
  {
    status: 409,
    code: "concurrent_idempotent_requests",
    kind: "unknown",
    meaning: "the same message is being handed over right now",
    source,
  },
  { status: 400, code: "invalid_idempotency_key", kind: "refused", meaning: "id not accepted", source },
  { status: 400, code: "validation_error", kind: "refused", meaning: "a field is invalid", source },
  { status: 422, code: "invalid_attachment", kind: "refused", meaning: "attachment not accepted", source },
  { status: 422, code: "missing_required_field", kind: "refused", meaning: "a field is missing", source },
  {
    status: 429,
    code: /^(?:daily|monthly)_quota_exceeded$/,
    kind: "throttled",
    meaning: "quota used up",
    retryAfter,
    source,
  },
  {
    status: 429,
    code: "rate_limit_exceeded",
    kind: "throttled",
    meaning: "sending too fast",
    retryAfter,
    source: limits,
  },
  { status: 429, kind: "throttled", meaning: "sending too fast", retryAfter, source: limits },
  {
    status: 500,
    code: /^(?:application_error|internal_server_error)$/,
    kind: "unknown",
    meaning: "an error at Resend that does not say whether the message was taken",
    source,
  },
];
