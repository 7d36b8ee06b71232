import {
  httpStatuses as commonStatuses,
  holdsStatus,
  type Meaning,
  rows,
  type StatusRow,
} from "@relais/http-client";

/** What follows from one error name of SES: a row of `sesErrors`. */
export interface SesError extends Meaning {
  /** The error's name without a trailing `Exception`; SES and its client use both forms. */
  readonly name: string;
  /** Only if the message says this: SES has names that mean two things. Such a row stands before one without `says`. */
  readonly says?: RegExp;
  readonly retryAfterMs?: number;
  /** Our clock is wrong. The client learns by how much from the answer, and its next request is accepted. */
  readonly clock?: true;
  /** Our key is not, or no longer, good: a fresh one may be. */
  readonly key?: true;
}

// The pages that the rows follow.
const page = {
  common: "https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html",
  sendRaw: "https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html",
  v2Send: "https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html",
  sendErrors: "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html",
  quotaErrors: "https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html",
  signing: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html",
  sdkCredentials:
    "https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html",
  sdkRetries: "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html",
  bulkStatus: "https://docs.aws.amazon.com/ses/latest/APIReference/API_BulkEmailDestinationStatus.html",
  identityPolicies: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html",
} as const;

const { misconfigured: ours, senderRefused: sender, passing, throttled, messageRefused } = rows;

/**
 * After "Daily message quota exceeded". The quota is of the last 24 hours, so room comes back little by little as
 * yesterday's messages leave it; AWS says to wait "up to 10 minutes".
 */
const dailyQuotaMs = 10 * 60_000;

const quota = { ...throttled, meaning: "daily quota used up", retryAfterMs: dailyQuotaMs } as const;
const rate = { ...throttled, retryAfterMs: 1_000 } as const;

/** The names that AWS has for too many requests, of SES's own API and of the APIs in front of it. */
const rateNames: readonly (readonly [name: string, source: string])[] = [
  ["Throttling", page.quotaErrors],
  ["TooManyRequests", page.v2Send],
  ["RequestThrottled", page.common],
  ["RequestLimitExceeded", page.sdkRetries],
  ["BandwidthLimitExceeded", page.sdkRetries],
  ["SlowDown", page.sdkRetries],
];

const ofTheDay = /\b(?:daily|24[ -]?hours?|per day)\b|\b(?:sending|message) quota\b/i;

/** Our speed and volume. */
const rateErrors: readonly SesError[] = [
  ...rateNames.flatMap(([name, source]): SesError[] => [
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

/** The same, as the refusal of a message. */
const rateRefusals: readonly SesError[] = [
  {
    name: "MessageRejected",
    says: /\b(?:daily|sending|message) (?:message |sending )?quota\b.{0,20}\bexceeded/i,
    ...quota,
    source: page.quotaErrors,
  },
  { name: "MessageRejected", says: /\bsending rate\b.{0,20}\bexceeded/i, ...rate, source: page.quotaErrors },
];

const key = { ...ours, key: true } as const;
const clock = { ...passing, meaning: "our clock is wrong", clock: true } as const;

/** IAM says what it denies: an identity or a configuration set that one message uses and the next does not. */
const denials = ["AccessDenied", "NotAuthorized"].flatMap((name): SesError[] => [
  {
    name,
    says: /:identity\//,
    ...sender,
    meaning: "the key may not use this identity",
    source: page.identityPolicies,
  },
  {
    name,
    says: /:configuration-set\//,
    ...sender,
    meaning: "the key may not use this configuration set",
    source: page.identityPolicies,
  },
  { name, ...ours, meaning: "the key may not do this", source: page.common },
]);

/** Our clock and our key. */
const keyErrors: readonly SesError[] = [
  { name: "RequestExpired", ...clock, source: page.common },
  { name: "RequestInTheFuture", ...clock, source: page.signing },
  { name: "RequestTimeTooSkewed", ...clock, source: page.signing },
  {
    name: "SignatureDoesNotMatch",
    says: /signature (?:expired|not yet current)/i,
    ...clock,
    source: page.signing,
  },
  { name: "SignatureDoesNotMatch", ...key, meaning: "wrong secret key", source: page.signing },
  { name: "InvalidSignature", ...key, meaning: "wrong secret key", source: page.signing },
  { name: "InvalidClientTokenId", ...key, meaning: "unknown access key", source: page.common },
  { name: "UnrecognizedClient", ...key, meaning: "unknown access key", source: page.common },
  { name: "InvalidAccessKeyId", ...key, meaning: "unknown access key", source: page.common },
  { name: "AuthFailure", ...key, meaning: "credentials not accepted", source: page.common },
  { name: "ExpiredToken", ...key, meaning: "session token expired", source: page.common },
  { name: "MissingAuthenticationToken", ...key, meaning: "no credentials", source: page.common },
  { name: "IncompleteSignature", ...key, meaning: "bad signature", source: page.common },
  ...denials,
  { name: "OptInRequired", ...ours, meaning: "account not subscribed to SES", source: page.common },
  { name: "SubscriptionRequired", ...ours, meaning: "account not subscribed to SES", source: page.common },
  { name: "CredentialsProviderError", ...key, meaning: "no credentials", source: page.sdkCredentials },
];

const paused =
  /\bsending (?:is |was |has been )?(?:currently |temporarily )?(?:paused|suspended|disabled|blocked|shut ?down)\b/;
const stopped =
  /\baccount\b.{0,80}\b(?:paused|suspended|disabled|restricted|blocked|terminated|closed|on hold|under review|shut ?down)\b/;
const ofAccount =
  /\b(?:paused|suspended|disabled|blocked|restricted)\b.{0,40}\bfor (?:this|your|the) account\b/;

/** Our account. */
const accountErrors: readonly SesError[] = [
  { name: "AccountSendingPaused", ...ours, meaning: "sending paused", source: page.sendRaw },
  { name: "AccountSuspended", ...ours, meaning: "account suspended", source: page.v2Send },
  { name: "SendingPaused", ...ours, meaning: "sending paused", source: page.v2Send },
  {
    name: "ConfigurationSetDoesNotExist",
    ...ours,
    meaning: "no such configuration set",
    source: page.sendRaw,
  },
  // Paused for the mail of one stream: the account's other mail goes on.
  {
    name: "ConfigurationSetSendingPaused",
    ...sender,
    meaning: "configuration set paused",
    source: page.sendRaw,
  },
  { name: "InvalidAction", ...ours, meaning: "the endpoint does not know this call", source: page.common },
];

/** States of the account, or of an identity of it, that come as the refusal of a message. */
const stateRefusals: readonly SesError[] = [
  {
    name: "MessageRejected",
    says: /\bnot verified\b/i,
    ...sender,
    meaning: "address not verified",
    source: page.sendErrors,
  },
  {
    name: "MessageRejected",
    says: /\bconfiguration set\b.{0,80}\bpaused\b|\bpaused\b.{0,40}\bconfiguration set\b/i,
    ...sender,
    meaning: "configuration set paused",
    source: page.sendRaw,
  },
  {
    name: "MessageRejected",
    says: new RegExp([paused, stopped, ofAccount].map(({ source }) => source).join("|"), "i"),
    ...ours,
    meaning: "sending paused",
    source: page.sendErrors,
  },
];

const refused = { ...messageRefused, meaning: "message refused" } as const;

/** Everything that SES's query API answers to a send, and what it is. Data; nothing else decides. */
export const sesErrors: readonly SesError[] = [
  ...rateErrors,

  // SES itself
  { name: "InternalFailure", ...passing, meaning: "failure inside SES", source: page.common },
  { name: "InternalServerError", ...passing, meaning: "failure inside SES", source: page.common },
  { name: "ServiceUnavailable", ...passing, meaning: "SES unavailable", source: page.common },
  {
    name: "RequestTimeout",
    ...passing,
    meaning: "SES did not get the whole request",
    source: page.sdkRetries,
  },

  ...keyErrors,
  ...accountErrors,

  // a message
  ...stateRefusals,
  ...rateRefusals,
  { name: "MessageRejected", ...refused, source: page.sendErrors },
  {
    name: "MailFromDomainNotVerified",
    ...sender,
    meaning: "MAIL FROM domain not verified",
    source: page.sendRaw,
  },
  { name: "InvalidParameterValue", ...refused, source: page.common },
  { name: "InvalidParameterCombination", ...refused, source: page.common },
  { name: "MissingParameter", ...refused, source: page.common },
  { name: "ValidationError", ...refused, source: page.common },
  { name: "BadRequest", ...refused, source: page.v2Send },
  { name: "MalformedQueryString", ...refused, source: page.common },
  { name: "RequestEntityTooLarge", ...refused, meaning: "message too large", source: page.common },
];

/** What an HTTP status means that came without an error of SES: something in between answered. */
export const httpStatuses: readonly StatusRow[] = commonStatuses([
  {
    status: [400, 499],
    ...ours,
    meaning: "the endpoint is not SES",
    source: "https://www.rfc-editor.org/rfc/rfc9110#section-15.5",
  },
]);

/** The name under which an error stands in the table: both `Throttling` and `ThrottlingException` are `Throttling`. */
const stem = (name: string): string => name.replace(/Exception$/, "");

/** Errors of SES have some hundred characters; longer ones are cut before patterns look at them. */
const maxCharacters = 2_000;

/**
 * What an error of SES means to Relais: the row for its name (with or without `Exception`), message and HTTP status.
 * A name that is not in the table counts by its status: 5xx is a failure inside SES (`transient`), anything else refuses
 * this message (`refused`). Without a name (no error body of SES, something in between answered) the status decides.
 */
export function explainSesError(name: string | undefined, message = "", status = 400): SesError {
  if (name === undefined || name === "") {
    const row = httpStatuses.find((one) => holdsStatus(one.status, status)) ?? httpStatuses.at(-1);
    const { kind, about, meaning, source } = row as StatusRow;
    const wait = kind === "throttled" ? { retryAfterMs: rate.retryAfterMs } : {};
    return { name: `HTTP ${status}`, kind, about, meaning, ...wait, source };
  }
  const rowName = stem(name.slice(0, maxCharacters));
  const words = message.slice(0, maxCharacters);
  const known = sesErrors.find(
    (row) => row.name === rowName && (row.says === undefined || row.says.test(words)),
  );
  if (known !== undefined) return known;
  return status >= 500
    ? {
        name: rowName,
        ...passing,
        meaning: "failure inside SES",
        source: httpStatuses.at(-1)?.source ?? "",
      }
    : { name: rowName, ...refused, source: "" };
}
