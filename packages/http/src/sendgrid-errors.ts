import { accountWords } from "./account-words.ts";
import { type ErrorRow, fromMemory, retryAfterHeader } from "./error-row.ts";

const errors = "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors";
const statuses = "https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors";
const limits =
  "https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits";
const of4xx =
  "https://support.sendgrid.com/hc/en-us/articles/18322114821403-4XX-API-Errors-and-Troubleshooting-Suggestions";

const ours = { kind: "misconfigured", about: "account", source: statuses } as const;
const sender = { kind: "refused", about: "identity", meaning: "sender not accepted" } as const;
const message = { kind: "refused", about: "message", meaning: "the message was not taken" } as const;

/** SendGrid has no codes: the `field` of an error stands for one. */
export const sendgridErrors: readonly ErrorRow[] = [
  {
    status: 400,
    code: /^personalizations\.\d{1,4}\.(?:to|cc|bcc)\.\d{1,4}\.email$/,
    kind: "rejected",
    about: "recipient",
    form: true,
    meaning: "recipient address not valid",
    source: errors,
  },
  { status: 400, code: /^from(?:\.|$)/, ...sender, source: errors },
  { status: 403, code: /^from(?:\.|$)/, ...sender, meaning: "sender not verified", source: fromMemory },
  // Of a day or of a month, by its page, which tells nobody which.
  {
    status: [400, 499],
    says: /\bcredits? exceeded\b/i,
    kind: "throttled",
    about: "account",
    meaning: "nothing left of the plan until it is renewed",
    atLeastMs: 60 * 60_000,
    source: of4xx,
  },
  ...accountWords(of4xx),
  { status: 400, ...message, source: statuses },
  { status: 401, ...ours, meaning: "API key not accepted" },
  { status: 403, ...ours, meaning: "blocked, or API key may not send" },
  { status: 406, ...ours, meaning: "Accept header missing" },
  {
    status: 413,
    ...message,
    meaning: "message too large",
    source: "https://rapidapi.com/sendgrid/api/SendGrid/details",
  },
  {
    status: 429,
    kind: "throttled",
    about: "account",
    meaning: "sending too fast",
    retryAfter: [retryAfterHeader, { header: "x-ratelimit-reset", unit: "epoch seconds" }],
    source: limits,
  },
  { status: 451, ...message, meaning: "not available for reasons of data residency", source: statuses },
  {
    status: 500,
    kind: "unknown",
    about: "passing",
    meaning: "an error at SendGrid that does not say whether the message was taken",
    source: statuses,
  },
];
