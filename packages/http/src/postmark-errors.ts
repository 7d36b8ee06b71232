import { type ErrorRow, fromMemory } from "./error-row.ts";

const statuses = "https://postmarkapp.com/developer/api/overview#http-response-codes";
const codes = "https://postmarkapp.com/developer/api/overview#error-codes";
const what422 = "https://postmarkapp.com/support/article/troubleshooting-422-unprocessable-entity-errors";

/** Errors of Postmark by `ErrorCode`. A 500 means, by its page, that the message is lost "in most cases": `unknown`. */
export const postmarkErrors: readonly ErrorRow[] = [
  { code: "10", kind: "misconfigured", meaning: "bad or missing API token", source: codes },
  {
    status: [500, 599],
    code: "100",
    kind: "transient",
    meaning: "Postmark is down for maintenance",
    source: codes,
  },
  { status: 422, code: "300", kind: "refused", meaning: "an invalid field in the message", source: what422 },
  { status: 422, code: "400", kind: "refused", meaning: "sender signature not found", source: codes },
  { status: 422, code: "401", kind: "refused", meaning: "sender signature not confirmed", source: codes },
  { status: 422, code: "402", kind: "refused", meaning: "invalid JSON", source: codes },
  { status: 422, code: "403", kind: "refused", meaning: "incompatible JSON", source: codes },
  { status: 422, code: "405", kind: "misconfigured", meaning: "not allowed to send", source: codes },
  {
    status: [200, 422],
    code: "406",
    kind: "rejected",
    meaning: "recipient inactive: it bounced, complained or was suppressed",
    source: codes,
  },
  { status: 422, code: "409", kind: "misconfigured", meaning: "JSON required", source: codes },
  { status: 422, code: "410", kind: "refused", meaning: "too many messages", source: codes },
  { status: 422, code: "411", kind: "refused", meaning: "forbidden attachment type", source: codes },
  { status: 422, code: "412", kind: "misconfigured", meaning: "account is pending", source: codes },
  { status: 422, code: "413", kind: "misconfigured", meaning: "account may not send", source: codes },
  { code: "429", kind: "throttled", meaning: "sending too fast", source: codes },
  {
    status: 422,
    code: "1235",
    kind: "misconfigured",
    meaning: "no such message stream",
    source: fromMemory,
  },
  { status: 401, kind: "misconfigured", meaning: "bad or missing API token", source: statuses },
  { status: 404, kind: "misconfigured", meaning: "no such endpoint", source: statuses },
  { status: 413, kind: "refused", meaning: "message too large", source: statuses },
  { status: 422, kind: "refused", meaning: "the message was not taken", source: statuses },
  {
    status: 500,
    kind: "unknown",
    meaning: "an error at Postmark: the message is lost, in most cases",
    source: statuses,
  },
];
