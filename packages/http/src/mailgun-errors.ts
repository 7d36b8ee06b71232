import { type ErrorRow, fromMemory, retryAfterHeader } from "./error-row.ts";

const responses = "https://documentation.mailgun.com/docs/mailgun/quickstart-guide/responses";

/** Mailgun has no codes, only statuses and prose. */
export const mailgunErrors: readonly ErrorRow[] = [
  { status: 400, kind: "refused", meaning: "the message was not taken", source: responses },
  { status: 401, kind: "misconfigured", meaning: "API key not accepted", source: fromMemory },
  { status: 402, kind: "misconfigured", meaning: "the account may not send", source: fromMemory },
  { status: 403, kind: "misconfigured", meaning: "API key not accepted, or it may not", source: responses },
  { status: 404, kind: "misconfigured", meaning: "no such domain, or not in this region", source: responses },
  { status: 413, kind: "refused", meaning: "message too large", source: fromMemory },
  {
    status: 429,
    kind: "throttled",
    meaning: "sending too fast",
    retryAfter: [retryAfterHeader],
    source: responses,
  },
  {
    status: 500,
    kind: "unknown",
    meaning: "an error at Mailgun that does not say whether the message was taken",
    source: responses,
  },
];
