// The plugin author's door: what a provider implements, and what it may lean on. Nothing here composes.
export type { Attempt, Delivered, Delivery, Undelivered } from "./events/delivery.ts";
export {
  type BreakerState,
  type ChainEvent,
  combineObservers,
  type Observer,
  type OutboxEvent,
  type RelaisEvent,
  type WorkerEvent,
} from "./events/event.ts";
export type { Journal, JournalEntry } from "./events/journal.ts";
export { type MessageState, messageStates } from "./events/message-state.ts";
export { type FailureKind, failureKinds } from "./failure/kinds.ts";
export type { Outcome, Receipt, Rejection } from "./failure/outcome.ts";
export {
  type Diagnosis,
  type Fail,
  type Failure,
  type FailureParts,
  failer,
  failure,
  type ReceiptParts,
  receipt,
} from "./failure/outcome.ts";
export { aggregateKind } from "./failure/precedence.ts";
export { decoded, redactor, urlSecrets, withoutAddresses } from "./failure/redact.ts";
export {
  type BounceToken,
  bounceAddress,
  maxBounceLocalPart,
  readBounceAddress,
} from "./feedback/bounce-address.ts";
export {
  correlationId,
  hasMessageIdHeader,
  messageIdHeader,
  messageIdTag,
  withCorrelation,
} from "./feedback/correlation.ts";
export {
  type BounceType,
  type FeedbackEvent,
  type FeedbackResult,
  type FeedbackStore,
  type FeedbackType,
  feedbackTypes,
} from "./feedback/event.ts";
export { suppressionEntry } from "./feedback/memory-suppression.ts";
export { suppressionReasons } from "./feedback/suppression.ts";
export {
  readUnsubscribeToken,
  type UnsubscribeRequest,
  unsubscribeParameter,
  unsubscribeToken,
} from "./feedback/unsubscribe.ts";
export { type Address, mailboxKey, needsSmtpUtf8 } from "./message/address.ts";
export { createMessage, type MessageInput, type MessageOptions } from "./message/create-message.ts";
export { suppressionFields } from "./message/envelope.ts";
export { decodeWords, InvalidMessage, isAbsent } from "./message/fields.ts";
export { asciiTags, isStructuredHeader } from "./message/headers.ts";
export { identity } from "./message/identity.ts";
export type {
  Alternative,
  Attachment,
  CalendarEvent,
  DeliveryStatusRequest,
  Envelope,
  Message,
} from "./message/message.ts";
export { defaultLimits, type Limits } from "./message/message.ts";
export { type ClosableParts, closable, unhealthy } from "./provider/closable.ts";
export {
  defineProvider,
  type ProviderCall,
  type ProviderDefinition,
  type RejectedRecipient,
  SendFailure,
  type SendFailureDetails,
  type SendResult,
} from "./provider/define-provider.ts";
export { overLimits, type ProviderLimits, utf8Header } from "./provider/limits.ts";
export * as option from "./provider/option.ts";
export {
  type OptionIssue,
  type OptionsSchema,
  type OtherWords,
  optionMessage,
  type RawOptionIssue,
} from "./provider/option-issues.ts";
export {
  definePlugin,
  type Plugin,
  type PluginParts,
  type PluginTools,
  pluginContract,
  pluginFault,
} from "./provider/plugin.ts";
export type { Health, Provider, Quota, SendContext, VerifyContext } from "./provider/provider.ts";
export type { DeliveryScope } from "./provider/scope.ts";
export { type AbortListener, offAbort, onAbort } from "./runtime/abort.ts";
export { type Clock, sleep, systemClock } from "./runtime/clock.ts";
export { recognizeCopies, sharedByCopies } from "./runtime/copies.ts";
export { isLoopback } from "./runtime/is-loopback.ts";
export { type Lifecycle, lifecycle } from "./runtime/lifecycle.ts";
export { didYouMean, isOneEdit, knownOptions, providerId } from "./runtime/options.ts";
export { processLock } from "./runtime/process-lock.ts";
export { reason } from "./runtime/sanitize.ts";
export { type Slots, slots } from "./runtime/semaphore.ts";
export { openToken, signToken } from "./runtime/signed-token.ts";
export { version } from "./runtime/version.ts";
export { untilAborted } from "./runtime/wait.ts";
