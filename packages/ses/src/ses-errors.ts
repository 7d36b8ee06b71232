import type { FailureKind } from "@relais/core/spi";
import * as page from "./aws-pages.ts";

/** What follows from one error name of SES: a row of `sesErrors`. */
export interface SesError {
  /** The error's name without a trailing `Exception`; SES and its client use both forms. */
  readonly name: string;
  /** Only if the message says this: SES has names that mean two things. A row that asks stands before one that does not. */
  readonly says?: RegExp;
  readonly kind: FailureKind;
  /** In a few words, without SES's own. */
  readonly meaning: string;
  readonly retryAfterMs?: number;
  /** Our clock is wrong. The client learns by how much from the answer, and its next request fits. */
  readonly clock?: true;
  /** Our key is not, or no longer, good: a fresh one may be. */
  readonly key?: true;
  /** The page that says so. */
  readonly source: string;
}

/**
 * After "Daily message quota exceeded". The quota is of the last 24 hours, so room comes back little by little as
 * yesterday's messages leave it; AWS says to wait "up to 10 minutes".
 */
const dailyQuotaMs = 10 * 60_000;

/** Everything that SES's query API answers to a send, and what it is. Data; nothing else decides. */
export const sesErrors: readonly SesError[] = [
  // our speed and volume
  {
    name: "Throttling",
    says: /daily (?:message|sending) quota exceeded/i,
    kind: "throttled",
    meaning: "daily quota used up",
    retryAfterMs: dailyQuotaMs,
    source: page.quotaErrors,
  },
  {
    name: "Throttling",
    kind: "throttled",
    meaning: "sending too fast",
    retryAfterMs: 1_000,
    source: page.quotaErrors,
  },
  {
    name: "TooManyRequests",
    kind: "throttled",
    meaning: "sending too fast",
    retryAfterMs: 1_000,
    source: page.v2Send,
  },
  {
    name: "RequestThrottled",
    kind: "throttled",
    meaning: "sending too fast",
    retryAfterMs: 1_000,
    source: page.common,
  },
  {
    name: "LimitExceeded",
    kind: "throttled",
    meaning: "a limit is reached",
    retryAfterMs: 60_000,
    source: page.v2Send,
  },

  // their trouble
  { name: "InternalFailure", kind: "transient", meaning: "failure inside SES", source: page.common },
  { name: "InternalServerError", kind: "transient", meaning: "failure inside SES", source: page.common },
  { name: "ServiceUnavailable", kind: "transient", meaning: "SES unavailable", source: page.common },
  {
    name: "RequestTimeout",
    kind: "transient",
    meaning: "SES did not get the whole request",
    source: page.sdkRetries,
  },

  // our clock
  {
    name: "RequestExpired",
    kind: "transient",
    meaning: "our clock is wrong",
    clock: true,
    source: page.common,
  },
  {
    name: "RequestInTheFuture",
    kind: "transient",
    meaning: "our clock is wrong",
    clock: true,
    source: page.signing,
  },
  {
    name: "RequestTimeTooSkewed",
    kind: "transient",
    meaning: "our clock is wrong",
    clock: true,
    source: page.signing,
  },
  {
    name: "SignatureDoesNotMatch",
    says: /signature (?:expired|not yet current)/i,
    kind: "transient",
    meaning: "our clock is wrong",
    clock: true,
    source: page.signing,
  },

  // our key
  {
    name: "SignatureDoesNotMatch",
    kind: "misconfigured",
    meaning: "wrong secret key",
    key: true,
    source: page.signing,
  },
  {
    name: "InvalidClientTokenId",
    kind: "misconfigured",
    meaning: "unknown access key",
    key: true,
    source: page.common,
  },
  {
    name: "UnrecognizedClient",
    kind: "misconfigured",
    meaning: "unknown access key",
    key: true,
    source: page.common,
  },
  {
    name: "ExpiredToken",
    kind: "misconfigured",
    meaning: "session token expired",
    key: true,
    source: page.common,
  },
  {
    name: "MissingAuthenticationToken",
    kind: "misconfigured",
    meaning: "no credentials",
    key: true,
    source: page.common,
  },
  {
    name: "IncompleteSignature",
    kind: "misconfigured",
    meaning: "bad signature",
    key: true,
    source: page.common,
  },
  { name: "AccessDenied", kind: "misconfigured", meaning: "the key may not do this", source: page.common },
  { name: "NotAuthorized", kind: "misconfigured", meaning: "the key may not do this", source: page.common },
  {
    name: "OptInRequired",
    kind: "misconfigured",
    meaning: "account not subscribed to SES",
    source: page.common,
  },
  {
    name: "CredentialsProviderError",
    kind: "misconfigured",
    meaning: "no credentials",
    key: true,
    source: page.sdkCredentials,
  },

  // our account
  { name: "AccountSendingPaused", kind: "misconfigured", meaning: "sending paused", source: page.sendRaw },
  { name: "AccountSuspended", kind: "misconfigured", meaning: "account suspended", source: page.v2Send },
  { name: "SendingPaused", kind: "misconfigured", meaning: "sending paused", source: page.v2Send },
  {
    name: "ConfigurationSetDoesNotExist",
    kind: "misconfigured",
    meaning: "no such configuration set",
    source: page.sendRaw,
  },
  {
    name: "ConfigurationSetSendingPaused",
    kind: "misconfigured",
    meaning: "configuration set paused",
    source: page.sendRaw,
  },
  {
    name: "InvalidAction",
    kind: "misconfigured",
    meaning: "the endpoint does not know this call",
    source: page.common,
  },

  // this message, here
  {
    name: "MessageRejected",
    says: /not verified/i,
    kind: "refused",
    meaning: "address not verified",
    source: page.sendErrors,
  },
  { name: "MessageRejected", kind: "refused", meaning: "message refused", source: page.sendErrors },
  {
    name: "MailFromDomainNotVerified",
    kind: "refused",
    meaning: "MAIL FROM domain not verified",
    source: page.sendRaw,
  },
  { name: "InvalidParameterValue", kind: "refused", meaning: "message refused", source: page.common },
  { name: "InvalidParameterCombination", kind: "refused", meaning: "message refused", source: page.common },
  { name: "MissingParameter", kind: "refused", meaning: "message refused", source: page.common },
  { name: "ValidationError", kind: "refused", meaning: "message refused", source: page.common },
  { name: "MalformedQueryString", kind: "refused", meaning: "message refused", source: page.common },
  { name: "RequestEntityTooLarge", kind: "refused", meaning: "message too large", source: page.common },
];
