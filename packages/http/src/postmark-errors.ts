import { accountWords } from "./account-words.ts";
import { type ErrorRow, fromMemory } from "./error-row.ts";

const statuses = "https://postmarkapp.com/developer/api/overview#http-response-codes";
const codes = "https://postmarkapp.com/developer/api/overview#error-codes";
const what422 = "https://postmarkapp.com/support/article/troubleshooting-422-unprocessable-entity-errors";

const ours = { kind: "misconfigured", about: "account", source: codes } as const;
const sender = { kind: "refused", about: "identity", source: codes } as const;
const message = { kind: "refused", about: "message", source: codes } as const;

/** Errors of Postmark by `ErrorCode`. A 500 means, by its page, that the message is lost "in most cases": `unknown`. */
export const postmarkErrors: readonly ErrorRow[] = [
  { code: "10", ...ours, meaning: "bad or missing API token" },
  {
    status: [500, 599],
    code: "100",
    kind: "transient",
    about: "passing",
    meaning: "Postmark is down for maintenance",
    source: codes,
  },
  {
    status: 422,
    code: "300",
    says: /^(?:Invalid|Error parsing) '(?:To|Cc|Bcc)'/i,
    kind: "rejected",
    about: "recipient",
    form: true,
    meaning: "recipient address not valid",
    source: "https://github.com/ActiveCampaign/postmark-gem/issues/87",
  },
  {
    status: 422,
    code: "300",
    says: /^(?:Invalid|Error parsing) '(?:From|Sender)'/i,
    ...sender,
    meaning: "sender not accepted",
    source: what422,
  },
  { status: 422, code: "400", ...sender, meaning: "sender signature not found" },
  { status: 422, code: "401", ...sender, meaning: "sender signature not confirmed" },
  { status: 422, code: "402", ...message, meaning: "invalid JSON" },
  { status: 422, code: "403", ...message, meaning: "incompatible JSON" },
  { status: 422, code: "405", ...ours, meaning: "not allowed to send" },
  {
    status: [200, 422],
    code: "406",
    kind: "rejected",
    about: "recipient",
    meaning: "recipient inactive: it bounced, complained or was suppressed",
    source: codes,
  },
  { status: 422, code: "409", ...ours, meaning: "JSON required" },
  { status: 422, code: "410", ...message, meaning: "too many messages" },
  { status: 422, code: "411", ...message, meaning: "forbidden attachment type" },
  { status: 422, code: "412", ...ours, meaning: "account is pending" },
  { status: 422, code: "413", ...ours, meaning: "account may not send" },
  { code: "429", kind: "throttled", about: "account", meaning: "sending too fast", source: codes },
  { status: 422, code: "1235", ...ours, meaning: "no such message stream", source: fromMemory },
  ...accountWords("https://postmarkapp.com/support/article/936-what-happens-when-credits-run-out"),
  { status: 422, code: "300", ...message, meaning: "an invalid field in the message", source: what422 },
  { status: 401, ...ours, meaning: "bad or missing API token", source: statuses },
  { status: 404, ...ours, meaning: "no such endpoint", source: statuses },
  { status: 413, ...message, meaning: "message too large", source: statuses },
  { status: 422, ...message, meaning: "the message was not taken", source: statuses },
  {
    status: 500,
    kind: "unknown",
    about: "passing",
    meaning: "an error at Postmark: the message is lost, in most cases",
    source: statuses,
  },
];
