import { accountWords } from "./account-words.ts";
import { type ErrorRow, fromMemory, retryAfterHeader } from "./error-row.ts";

const model = "https://github.com/sendinblue/APIv3-nodejs-library/blob/master/docs/ErrorModel.md";
const limits = "https://developers.brevo.com/docs/limit-headers";
const invalidTo = "https://github.com/getbrevo/brevo-node/issues/40";

const ours = { kind: "misconfigured", about: "account", source: model } as const;
const message = { kind: "refused", about: "message", source: model } as const;
const aField = /^(?:invalid|missing|duplicate)_parameter$|^out_of_range$/i;

/**
 * Errors of Brevo by `code`. Its codes are on its page; which status goes with which is not, so most
 * rows have none.
 */
export const brevoErrors: readonly ErrorRow[] = [
  { code: "unauthorized", ...ours, meaning: "API key not accepted" },
  { code: "permission_denied", ...ours, meaning: "the account may not" },
  { code: /^reseller_permission/, ...ours, meaning: "the account may not" },
  {
    code: "account_under_validation",
    ...ours,
    meaning: "the account is being looked at",
    source: fromMemory,
  },
  { code: "not_enough_credits", ...ours, meaning: "no credits left" },
  { code: "method_not_allowed", ...ours, meaning: "no such endpoint" },
  {
    code: "duplicate_request",
    kind: "unknown",
    about: "passing",
    meaning: "a message was handed over under this id before",
    source: fromMemory,
  },
  {
    status: 400,
    code: aField,
    says: /\bsender\b|\breply-?to\b/i,
    kind: "refused",
    about: "identity",
    meaning: "sender not accepted",
    source: model,
  },
  {
    status: 400,
    code: aField,
    says: /\b(?:not valid|invalid|not a valid|missing|required|blank|empty)\b.{0,60}\bin (?:to|cc|bcc)\b|<address>.{0,40}\b(?:invalid|not (?:a )?valid)\b|\b(?:invalid|not (?:a )?valid)\b.{0,30}<address>/i,
    kind: "rejected",
    about: "recipient",
    form: true,
    meaning: "recipient address not valid",
    source: invalidTo,
  },
  ...accountWords(model),
  { status: [400, 499], code: aField, ...message, meaning: "a field is missing or invalid" },
  { status: 404, code: "document_not_found", ...ours, meaning: "no such endpoint" },
  {
    status: [400, 499],
    code: "not_acceptable",
    ...message,
    meaning: "the message was not taken",
    source: fromMemory,
  },
  {
    status: 429,
    kind: "throttled",
    about: "account",
    meaning: "sending too fast",
    retryAfter: [{ header: "x-sib-ratelimit-reset", unit: "seconds" }, retryAfterHeader],
    source: limits,
  },
];
