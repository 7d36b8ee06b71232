// The plugin author's door: what a provider implements, and what it may lean on. Nothing here composes.
export type { Attempt } from "./attempt.ts";
export { checkProxy } from "./check-proxy.ts";
export { type Clock, systemClock } from "./clock.ts";
export { closest } from "./closest.ts";
export type { Delivered, Delivery, Undelivered } from "./delivery.ts";
export type { BreakerState, Observer, RelaisEvent } from "./event.ts";
export { type Failure, type FailureKind, failureKinds } from "./failure.ts";
export { isLoopback } from "./is-loopback.ts";
export type { Journal, JournalEntry } from "./journal.ts";
export { type FailureParts, failure, type ReceiptParts, receipt } from "./make-outcome.ts";
export { type Address, mailboxKey } from "./message/address.ts";
export { createMessage, type MessageInput, type MessageOptions } from "./message/create-message.ts";
export { decodeWords } from "./message/encoded-words.ts";
export type { Envelope } from "./message/envelope.ts";
export { asciiTags, isStructuredHeader } from "./message/headers.ts";
export { InvalidMessage } from "./message/invalid-message.ts";
export { defaultLimits, type Limits } from "./message/limits.ts";
export type {
  Alternative,
  Attachment,
  CalendarEvent,
  DeliveryStatusRequest,
  Message,
} from "./message/message.ts";
export { optionSentence, type RawOptionIssue } from "./option-sentence.ts";
export { optionsSchema, type SafeParser } from "./options-schema.ts";
export type { Outcome, Receipt, Rejection } from "./outcome.ts";
export {
  definePlugin,
  type OptionIssue,
  type OptionsSchema,
  type Plugin,
  type PluginParts,
  type PluginTools,
  pluginContract,
  pluginFault,
} from "./plugin.ts";
export { processLock } from "./process-lock.ts";
export type { Health, Provider, Quota, SendContext, VerifyContext } from "./provider.ts";
export { providerId } from "./provider-id.ts";
export { overLimits, type ProviderLimits } from "./provider-limits.ts";
export { reason } from "./reason.ts";
export { redactor } from "./redactor.ts";
export type { DeliveryScope } from "./scope.ts";
export { sleep } from "./sleep.ts";
export { type Slots, slots } from "./slots.ts";
export { withoutAddresses } from "./without-addresses.ts";
