import * as page from "./aws-pages.ts";
import type { SesError } from "./ses-error.ts";

const account = { kind: "misconfigured", about: "account" } as const;
const key = { ...account, key: true } as const;
const clock = { kind: "transient", about: "passing", meaning: "our clock is wrong", clock: true } as const;
const identity = { kind: "refused", about: "identity" } as const;

/** IAM says what it denies: an identity or a configuration set that one message uses and the next does not. */
const denials = ["AccessDenied", "NotAuthorized"].flatMap((name): SesError[] => [
  {
    name,
    says: /:identity\//,
    ...identity,
    meaning: "the key may not use this identity",
    source: page.identityPolicies,
  },
  {
    name,
    says: /:configuration-set\//,
    ...identity,
    meaning: "the key may not use this configuration set",
    source: page.identityPolicies,
  },
  { name, ...account, meaning: "the key may not do this", source: page.common },
]);

/** Our clock and our key. */
export const keyErrors: readonly SesError[] = [
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
  { name: "OptInRequired", ...account, meaning: "account not subscribed to SES", source: page.common },
  { name: "SubscriptionRequired", ...account, meaning: "account not subscribed to SES", source: page.common },
  { name: "CredentialsProviderError", ...key, meaning: "no credentials", source: page.sdkCredentials },
];

const paused =
  /\bsending (?:is |was |has been )?(?:currently |temporarily )?(?:paused|suspended|disabled|blocked|shut ?down)\b/;
const stopped =
  /\baccount\b.{0,80}\b(?:paused|suspended|disabled|restricted|blocked|terminated|closed|on hold|under review|shut ?down)\b/;
const ofAccount =
  /\b(?:paused|suspended|disabled|blocked|restricted)\b.{0,40}\bfor (?:this|your|the) account\b/;

/** Our account. */
export const accountErrors: readonly SesError[] = [
  { name: "AccountSendingPaused", ...account, meaning: "sending paused", source: page.sendRaw },
  { name: "AccountSuspended", ...account, meaning: "account suspended", source: page.v2Send },
  { name: "SendingPaused", ...account, meaning: "sending paused", source: page.v2Send },
  {
    name: "ConfigurationSetDoesNotExist",
    ...account,
    meaning: "no such configuration set",
    source: page.sendRaw,
  },
  // Paused for the mail of one stream: the account's other mail goes on.
  {
    name: "ConfigurationSetSendingPaused",
    ...identity,
    meaning: "configuration set paused",
    source: page.sendRaw,
  },
  { name: "InvalidAction", ...account, meaning: "the endpoint does not know this call", source: page.common },
];

/** States of the account, or of an identity of it, that are told as the refusal of a message. */
export const stateRefusals: readonly SesError[] = [
  {
    name: "MessageRejected",
    says: /\bnot verified\b/i,
    ...identity,
    meaning: "address not verified",
    source: page.sendErrors,
  },
  {
    name: "MessageRejected",
    says: /\bconfiguration set\b.{0,80}\bpaused\b|\bpaused\b.{0,40}\bconfiguration set\b/i,
    ...identity,
    meaning: "configuration set paused",
    source: page.sendRaw,
  },
  {
    name: "MessageRejected",
    says: new RegExp([paused, stopped, ofAccount].map(({ source }) => source).join("|"), "i"),
    ...account,
    meaning: "sending paused",
    source: page.sendErrors,
  },
];
