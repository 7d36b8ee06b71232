import { type ErrorRow, fromMemory, retryAfterHeader } from "./error-row.ts";

const model = "https://github.com/sendinblue/APIv3-nodejs-library/blob/master/docs/ErrorModel.md";
const limits = "https://developers.brevo.com/docs/limit-headers";

/**
 * Errors of Brevo by `code`. Its codes are on its page; which status goes with which is not, so most
 * rows have none.
 */
export const brevoErrors: readonly ErrorRow[] = [
  { code: "unauthorized", kind: "misconfigured", meaning: "API key not accepted", source: model },
  { code: "permission_denied", kind: "misconfigured", meaning: "the account may not", source: model },
  { code: /^reseller_permission/, kind: "misconfigured", meaning: "the account may not", source: model },
  {
    code: "account_under_validation",
    kind: "misconfigured",
    meaning: "the account is being looked at",
    source: fromMemory,
  },
  { code: "not_enough_credits", kind: "misconfigured", meaning: "no credits left", source: model },
  { code: "method_not_allowed", kind: "misconfigured", meaning: "no such endpoint", source: model },
  {
    code: "duplicate_request",
    kind: "unknown",
    meaning: "a message was handed over under this id before",
    source: fromMemory,
  },
  {
    status: [400, 499],
    code: /^(?:invalid|missing|duplicate)_parameter$|^out_of_range$/,
    kind: "refused",
    meaning: "a field is missing or invalid",
    source: model,
  },
  {
    status: 404,
    code: "document_not_found",
    kind: "misconfigured",
    meaning: "no such endpoint",
    source: model,
  },
  {
    status: [400, 499],
    code: "not_acceptable",
    kind: "refused",
    meaning: "the message was not taken",
    source: fromMemory,
  },
  {
    status: 429,
    kind: "throttled",
    meaning: "sending too fast",
    retryAfter: [{ header: "x-sib-ratelimit-reset", unit: "seconds" }, retryAfterHeader],
    source: limits,
  },
];
