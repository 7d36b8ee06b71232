import * as page from "./aws-pages.ts";
import type { SesError } from "./ses-error.ts";

/**
 * After "Daily message quota exceeded". The quota is of the last 24 hours, so room comes back little by little as
 * yesterday's messages leave it; AWS says to wait "up to 10 minutes".
 */
const dailyQuotaMs = 10 * 60_000;

const quota = {
  kind: "throttled",
  about: "account",
  meaning: "daily quota used up",
  retryAfterMs: dailyQuotaMs,
} as const;
const rate = {
  kind: "throttled",
  about: "account",
  meaning: "sending too fast",
  retryAfterMs: 1_000,
} as const;

/** The names under which AWS says that it is too much, of SES's own API and of the APIs in front of it. */
const names: readonly (readonly [name: string, source: string])[] = [
  ["Throttling", page.quotaErrors],
  ["TooManyRequests", page.v2Send],
  ["RequestThrottled", page.common],
  ["RequestLimitExceeded", page.sdkRetries],
  ["BandwidthLimitExceeded", page.sdkRetries],
  ["SlowDown", page.sdkRetries],
];

const ofTheDay = /\b(?:daily|24[ -]?hours?|per day)\b|\b(?:sending|message) quota\b/i;

/** Our speed and volume. */
export const rateErrors: readonly SesError[] = [
  ...names.flatMap(([name, source]): SesError[] => [
    { name, says: ofTheDay, ...quota, source },
    { name, ...rate, source },
  ]),
  { name: "LimitExceeded", says: ofTheDay, ...quota, source: page.v2Send },
  { name: "LimitExceeded", says: /\brate\b/i, ...rate, source: page.v2Send },
  {
    name: "LimitExceeded",
    ...rate,
    meaning: "a limit is reached",
    retryAfterMs: 60_000,
    source: page.v2Send,
  },
  { name: "AccountThrottled", ...rate, retryAfterMs: 60_000, source: page.bulkStatus },
  { name: "AccountDailyQuotaExceeded", ...quota, source: page.bulkStatus },
];

/** The same, told as the refusal of a message. */
export const rateRefusals: readonly SesError[] = [
  {
    name: "MessageRejected",
    says: /\b(?:daily|sending|message) (?:message |sending )?quota\b.{0,20}\bexceeded/i,
    ...quota,
    source: page.quotaErrors,
  },
  { name: "MessageRejected", says: /\bsending rate\b.{0,20}\bexceeded/i, ...rate, source: page.quotaErrors },
];
