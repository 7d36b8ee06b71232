import { accountWords } from "./account-words.ts";
import { type ErrorRow, retryAfterHeader } from "./error-row.ts";

const source = "https://resend.com/docs/api-reference/errors";
const limits = "https://resend.com/docs/api-reference/rate-limit";
const retryAfter = [retryAfterHeader, { header: "ratelimit-reset", unit: "seconds" }] as const;

const ours = { kind: "misconfigured", about: "account", source } as const;
const sender = { kind: "refused", about: "identity", source } as const;
const message = { kind: "refused", about: "message", source } as const;
const unsaid = { kind: "unknown", about: "passing", source } as const;
const throttled = { kind: "throttled", about: "account" } as const;

/** Errors of Resend by `name`. Its 5xx do not say whether the message was taken: `httpStatuses` has them. */
export const resendErrors: readonly ErrorRow[] = [
  { status: 401, code: "missing_api_key", ...ours, meaning: "no API key" },
  { status: 401, code: "restricted_api_key", ...ours, meaning: "API key may not" },
  {
    status: 403,
    code: /^(?:invalid|suspended)_api_key$/i,
    ...ours,
    meaning: "API key is invalid",
  },
  {
    status: [400, 422],
    code: "validation_error",
    says: /\binvalid [`'"]?(?:to|cc|bcc)[`'"]? field\b/i,
    kind: "rejected",
    about: "recipient",
    form: true,
    meaning: "recipient address not valid",
    source: "https://github.com/resend/resend-python/issues/65",
  },
  // `ratelimit-reset` stands on every answer and is about requests a second.
  {
    status: 429,
    code: /^(?:daily|monthly)_quota_exceeded$/,
    ...throttled,
    meaning: "quota used up",
    retryAfter: [retryAfterHeader],
    atLeastMs: 60 * 60_000,
    source: limits,
  },
  {
    status: 429,
    code: "rate_limit_exceeded",
    ...throttled,
    meaning: "sending too fast",
    retryAfter,
    source: limits,
  },
  // The same name and status stand for a key, a sender and a field: only the words tell.
  ...accountWords(source),
  { status: 403, code: "validation_error", ...sender, meaning: "sender domain not verified, or test mode" },
  { status: 403, code: "invalid_from_address", ...sender, meaning: "sender not valid" },
  { status: 403, code: "invalid_to_address", ...sender, meaning: "test mode" },
  { status: 404, code: "not_found", ...ours, meaning: "no such endpoint" },
  { status: 405, code: "method_not_allowed", ...ours, meaning: "no such endpoint" },
  {
    status: 409,
    code: "invalid_idempotent_request",
    ...unsaid,
    meaning: "another message was handed over under this id",
  },
  {
    status: 409,
    code: "concurrent_idempotent_requests",
    ...unsaid,
    meaning: "the same message is being handed over right now",
  },
  { status: 400, code: "invalid_idempotency_key", ...message, meaning: "id not accepted" },
  { status: [400, 422], code: "validation_error", ...message, meaning: "a field is invalid" },
  { status: 422, code: "invalid_attachment", ...message, meaning: "attachment not accepted" },
  { status: 422, code: "missing_required_field", ...message, meaning: "a field is missing" },
  { status: 422, code: "invalid_parameter", ...message, meaning: "a field is invalid" },
  { status: 451, code: "security_error", ...message, meaning: "the content was taken for an attack" },
  { status: 429, ...throttled, meaning: "sending too fast", retryAfter, source: limits },
  {
    status: 500,
    code: /^(?:application_error|internal_server_error)$/,
    ...unsaid,
    meaning: "an error at Resend that does not say whether the message was taken",
  },
];
