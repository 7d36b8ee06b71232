import { type ErrorRow, fromMemory, retryAfterHeader } from "./error-row.ts";

const errors = "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors";
const statuses = "https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors";
const limits =
  "https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits";

/** SendGrid has no codes: the `field` of its first error stands for one. */
export const sendgridErrors: readonly ErrorRow[] = [
  {
    status: 400,
    code: /^personalizations\.\d+\.(?:to|cc|bcc)\.\d+\.email$/,
    kind: "rejected",
    meaning: "recipient address not valid",
    source: errors,
  },
  { status: 400, code: /^from(?:\.|$)/, kind: "refused", meaning: "sender not accepted", source: errors },
  { status: 403, code: /^from(?:\.|$)/, kind: "refused", meaning: "sender not verified", source: fromMemory },
  { status: 400, kind: "refused", meaning: "the message was not taken", source: statuses },
  { status: 401, kind: "misconfigured", meaning: "API key not accepted", source: statuses },
  { status: 403, kind: "misconfigured", meaning: "blocked, or API key may not send", source: statuses },
  { status: 406, kind: "misconfigured", meaning: "Accept header missing", source: statuses },
  {
    status: 413,
    kind: "refused",
    meaning: "message too large",
    source: "https://rapidapi.com/sendgrid/api/SendGrid/details",
  },
  {
    status: 429,
    kind: "throttled",
    meaning: "sending too fast",
    retryAfter: [retryAfterHeader, { header: "x-ratelimit-reset", unit: "epoch seconds" }],
    source: limits,
  },
  {
    status: 451,
    kind: "refused",
    meaning: "not available for reasons of data residency",
    source: statuses,
  },
  {
    status: 500,
    kind: "unknown",
    meaning: "an error at SendGrid that does not say whether the message was taken",
    source: statuses,
  },
];
