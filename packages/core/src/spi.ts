// The plugin author's door: what a provider implements, and what it may lean on. Nothing here composes.
export { type Clock, systemClock } from "./clock.ts";
export { type Failure, type FailureKind, failureKinds } from "./failure.ts";
export type { Journal, JournalEntry } from "./journal.ts";
export { type FailureParts, failure, type ReceiptParts, receipt } from "./make-outcome.ts";
export type { Address } from "./message/address.ts";
export { createMessage, type MessageInput, type MessageOptions } from "./message/create-message.ts";
export type { Envelope } from "./message/envelope.ts";
export { InvalidMessage } from "./message/invalid-message.ts";
export type { Attachment, Message } from "./message/message.ts";
export type { Outcome, Receipt, Rejection } from "./outcome.ts";
export type { Health, Provider, Quota, SendContext, VerifyContext } from "./provider.ts";
export { reason } from "./reason.ts";
export { redactor } from "./redactor.ts";
export { sleep } from "./sleep.ts";
export { type Slots, slots } from "./slots.ts";
