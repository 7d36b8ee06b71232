// The plugin author's door: what a provider implements, and what it may lean on. Nothing here composes.
export type { Attempt } from "./events/attempt.ts";
export type { Delivered, Delivery, Undelivered } from "./events/delivery.ts";
export type { BreakerState, Observer, RelaisEvent } from "./events/event.ts";
export type { Journal, JournalEntry } from "./events/journal.ts";
export { type Failure, type FailureKind, failureKinds } from "./failure/kinds.ts";
export type { Outcome, Receipt, Rejection } from "./failure/outcome.ts";
export { type FailureParts, failure, type ReceiptParts, receipt } from "./failure/outcome-factories.ts";
export { redactor } from "./failure/redact.ts";
export { withoutAddresses } from "./failure/redact-addresses.ts";
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
export { overLimits, type ProviderLimits } from "./provider/limits.ts";
export { optionSentence, type RawOptionIssue } from "./provider/option-message.ts";
export { optionsSchema, type SafeParser } from "./provider/options-schema.ts";
export {
  definePlugin,
  type OptionIssue,
  type OptionsSchema,
  type Plugin,
  type PluginParts,
  type PluginTools,
  pluginContract,
  pluginFault,
} from "./provider/plugin.ts";
export type { Health, Provider, Quota, SendContext, VerifyContext } from "./provider/provider.ts";
export type { DeliveryScope } from "./provider/scope.ts";
export { type Clock, systemClock } from "./runtime/clock.ts";
export { closest } from "./runtime/did-you-mean.ts";
export { isLoopback } from "./runtime/is-loopback.ts";
export { processLock } from "./runtime/process-lock.ts";
export { providerId } from "./runtime/provider-id.ts";
export { reason } from "./runtime/sanitize.ts";
export { type Slots, slots } from "./runtime/semaphore.ts";
export { sleep } from "./runtime/sleep.ts";
