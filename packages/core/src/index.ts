// The application's door.

export type { SkipCode } from "./attempt/skip.ts";
export type { ChainHealth } from "./chain/chain.ts";
export { type Chain, createChain } from "./chain/chain.ts";
export { type Link, link } from "./chain/link.ts";
export type { ChainOptions, SendOptions } from "./chain/options.ts";
export type { SuppressionOptions } from "./chain/suppression.ts";
export type { Attempt, Delivered, Delivery, Undelivered } from "./events/delivery.ts";
export { DeliveryError, unwrap } from "./events/delivery.ts";
export type {
  BreakerState,
  ChainEvent,
  Observer,
  OutboxEvent,
  RelaisEvent,
  WorkerEvent,
} from "./events/event.ts";
export type { Journal, JournalEntry } from "./events/journal.ts";
export type { MessageState } from "./events/message-state.ts";
export { describe, formatFailure } from "./failure/format.ts";
export {
  type Disposition,
  type Dispositions,
  dispositions,
  type FailureKind,
  failureKinds,
  type Overrides,
  type Verdict,
} from "./failure/kinds.ts";
export type { Failure, Outcome, Receipt, Rejection } from "./failure/outcome.ts";
export {
  type BounceType,
  type FeedbackEvent,
  type FeedbackResult,
  type FeedbackStore,
  type FeedbackType,
  feedbackTypes,
} from "./feedback/event.ts";
export {
  type MemorySuppression,
  memorySuppression,
  type SuppressionEntry,
  type SuppressionInput,
  type SuppressionRemoval,
} from "./feedback/memory-suppression.ts";
export {
  type Suppressed,
  type SuppressionList,
  type SuppressionReason,
  type SuppressionScope,
  suppressionKey,
  suppressionReasons,
} from "./feedback/suppression.ts";
export type { Address } from "./message/address.ts";
export type { AddressInput } from "./message/address-list.ts";
export type { AttachmentInput } from "./message/attachments.ts";
export {
  createMessage,
  type MessageInput,
  type MessageOptions,
  type Prepare,
} from "./message/create-message.ts";
export { InvalidMessage } from "./message/fields.ts";
export type {
  Alternative,
  Attachment,
  CalendarEvent,
  DeliveryStatusRequest,
  Envelope,
  IgnorableSuppression,
  Limits,
  Message,
  Unsubscribe,
} from "./message/message.ts";
export type { UnsubscribeInput } from "./message/unsubscribe.ts";
export { type BreakerOptions, breaker } from "./policies/circuit-breaker.ts";
export { type ConcurrencyOptions, concurrency } from "./policies/concurrency.ts";
export { overrides } from "./policies/overrides.ts";
export type {
  BreakerStatus,
  LimitStatus,
  LinkSite,
  LinkStatus,
  Policy,
  TimedOptions,
} from "./policies/policy.ts";
export { type RateLimitOptions, rateLimit } from "./policies/rate-limit.ts";
export { type RetryOptions, retry } from "./policies/retry.ts";
export { type StandardOptions, standardPolicies, standardTimeoutMs } from "./policies/standard.ts";
export { type TimeoutOptions, timeout } from "./policies/timeout.ts";
export type { ProviderLimits } from "./provider/limits.ts";
export type { Health, Provider, Quota, Send, SendContext, VerifyContext } from "./provider/provider.ts";
export type { DeliveryScope } from "./provider/scope.ts";
export { type Clock, systemClock } from "./runtime/clock.ts";
