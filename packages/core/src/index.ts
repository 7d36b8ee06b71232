// The application's door.
export type { Attempt } from "./attempt.ts";
export { type Chain, createChain } from "./chain.ts";
export type { ChainOptions } from "./chain-options.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { Delivered, Delivery, Undelivered } from "./delivery.ts";
export { DeliveryError, unwrap } from "./delivery-error.ts";
export { describe } from "./describe.ts";
export {
  type Disposition,
  type Dispositions,
  dispositions,
  type Overrides,
  type Verdict,
} from "./disposition.ts";
export type { BreakerState, Observer, RelaisEvent } from "./event.ts";
export { type Failure, type FailureKind, failureKinds } from "./failure.ts";
export type { Journal, JournalEntry } from "./journal.ts";
export { type Link, link } from "./link.ts";
export type { Address } from "./message/address.ts";
export type { AddressInput } from "./message/address-list.ts";
export type { AttachmentInput } from "./message/attachments.ts";
export { createMessage, type MessageInput, type MessageOptions } from "./message/create-message.ts";
export type { Envelope } from "./message/envelope.ts";
export { InvalidMessage } from "./message/invalid-message.ts";
export type { Limits } from "./message/limits.ts";
export type {
  Alternative,
  Attachment,
  CalendarEvent,
  DeliveryStatusRequest,
  Message,
} from "./message/message.ts";
export type { Outcome, Receipt, Rejection } from "./outcome.ts";
export { type BreakerOptions, breaker } from "./policies/breaker.ts";
export { type ConcurrencyOptions, concurrency } from "./policies/concurrency.ts";
export { overrides } from "./policies/overrides.ts";
export { type RateLimitOptions, rateLimit } from "./policies/rate-limit.ts";
export { type RetryOptions, retry } from "./policies/retry.ts";
export { type TimeoutOptions, timeout } from "./policies/timeout.ts";
export type {
  BreakerStatus,
  LimitStatus,
  LinkSite,
  LinkStatus,
  Policy,
  Send,
  TimedOptions,
} from "./policy.ts";
export type { Health, Provider, Quota, SendContext, VerifyContext } from "./provider.ts";
export type { ProviderLimits } from "./provider-limits.ts";
export type { DeliveryScope } from "./scope.ts";
export type { SendOptions } from "./send-options.ts";
export type { SkipCode } from "./skip.ts";
export { type StandardOptions, standardPolicies, standardTimeoutMs } from "./standard-policies.ts";
export type { ChainHealth } from "./verify-all.ts";
