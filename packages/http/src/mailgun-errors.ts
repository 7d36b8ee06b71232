import { accountWords } from "./account-words.ts";
import { type ErrorRow, fromMemory, retryAfterHeader } from "./error-row.ts";

const responses = "https://documentation.mailgun.com/docs/mailgun/quickstart-guide/responses";
const probation = "https://github.com/mailgun/mailgun-java/issues/50";

const ours = { kind: "misconfigured", about: "account", source: responses } as const;
const message = { kind: "refused", about: "message", meaning: "the message was not taken" } as const;
const limited = {
  kind: "throttled",
  about: "account",
  meaning: "a limit of the account is reached",
  retryAfter: [{ words: true }, retryAfterHeader],
  otherwiseMs: 10 * 60_000,
  atLeastMs: 1_000,
  source: probation,
} as const;

/** Mailgun has no codes, only statuses and prose. The domain that its prose speaks of is the account's, not a sender's. */
export const mailgunErrors: readonly ErrorRow[] = [
  {
    status: 400,
    says: /^['"]?(?:to|cc|bcc)['"]? parameter is not a valid address/i,
    kind: "rejected",
    about: "recipient",
    form: true,
    meaning: "recipient address not valid",
    source: "https://github.com/mailgun/mailgun-js-boland/issues/199",
  },
  {
    status: 400,
    says: /^['"]?from['"]? parameter is not a valid address/i,
    kind: "refused",
    about: "identity",
    meaning: "sender not accepted",
    source: "https://github.com/fastlane/fastlane/issues/8568",
  },
  { status: 420, ...limited },
  {
    status: [400, 499],
    says: /\b(?:try again (?:after|in)|enabled in|on probation|recipient limit exceeded|limited to \d{1,9} (?:messages|recipients|emails))\b/i,
    ...limited,
  },
  {
    status: [400, 403],
    says: /\bnot allowed to send\b|\bauthorized recipients?\b|\bfor test purposes only\b|\bdomain\b.{0,160}\b(?:unverified|not verified|disabled)\b/i,
    ...ours,
    meaning: "the domain may not send",
    source: "https://help.mailgun.com/hc/en-us/articles/217531258-Authorized-Recipients",
  },
  ...accountWords(responses).filter(({ about }) => about === "account"),
  { status: 400, ...message, source: responses },
  { status: 401, ...ours, meaning: "API key not accepted", source: fromMemory },
  { status: 402, ...ours, meaning: "the account may not send", source: fromMemory },
  { status: 403, ...ours, meaning: "API key not accepted, or it may not" },
  { status: 404, ...ours, meaning: "no such domain, or not in this region" },
  { status: 413, ...message, meaning: "message too large", source: fromMemory },
  {
    status: 429,
    kind: "throttled",
    about: "account",
    meaning: "sending too fast",
    retryAfter: [retryAfterHeader],
    source: responses,
  },
  {
    status: 500,
    kind: "unknown",
    about: "passing",
    meaning: "an error at Mailgun that does not say whether the message was taken",
    source: responses,
  },
];
