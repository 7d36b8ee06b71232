// What @relais/core/spi opens. Written by `npm run api`.

// spi.ts
export type { Attempt, Delivered, Delivery, Undelivered } from "./events/delivery.ts";
export { type BreakerState, type ChainEvent, combineObservers, type Observer, type OutboxEvent, type RelaisEvent, type WorkerEvent, } from "./events/event.ts";
export type { Journal, JournalEntry } from "./events/journal.ts";
export { type MessageState, messageStates } from "./events/message-state.ts";
export { type FailureKind, failureKinds } from "./failure/kinds.ts";
export type { Outcome, Receipt, Rejection } from "./failure/outcome.ts";
export { type Diagnosis, type Fail, type Failure, type FailureParts, failer, failure, type ReceiptParts, receipt, } from "./failure/outcome.ts";
export { aggregateKind } from "./failure/precedence.ts";
export { decoded, redactor, urlSecrets, withoutAddresses } from "./failure/redact.ts";
export { type BounceToken, bounceAddress, maxBounceLocalPart, readBounceAddress, } from "./feedback/bounce-address.ts";
export { correlationId, hasMessageIdHeader, messageIdHeader, messageIdTag, withCorrelation, } from "./feedback/correlation.ts";
export { type BounceType, type FeedbackEvent, type FeedbackResult, type FeedbackStore, type FeedbackType, feedbackTypes, } from "./feedback/event.ts";
export { suppressionEntry } from "./feedback/memory-suppression.ts";
export { suppressionReasons } from "./feedback/suppression.ts";
export { readUnsubscribeToken, type UnsubscribeRequest, unsubscribeParameter, unsubscribeToken, } from "./feedback/unsubscribe.ts";
export { type Address, mailboxKey, needsSmtpUtf8 } from "./message/address.ts";
export { createMessage, type MessageInput, type MessageOptions } from "./message/create-message.ts";
export { suppressionFields } from "./message/envelope.ts";
export { decodeWords, InvalidMessage, isAbsent } from "./message/fields.ts";
export { asciiTags, isStructuredHeader } from "./message/headers.ts";
export { identity } from "./message/identity.ts";
export type { Alternative, Attachment, CalendarEvent, DeliveryStatusRequest, Envelope, Message, } from "./message/message.ts";
export { defaultLimits, type Limits } from "./message/message.ts";
export { type ClosableParts, closable, unhealthy } from "./provider/closable.ts";
export { defineProvider, type ProviderCall, type ProviderDefinition, type RejectedRecipient, SendFailure, type SendFailureDetails, type SendResult, } from "./provider/define-provider.ts";
export { overLimits, type ProviderLimits, utf8Header } from "./provider/limits.ts";
export * as option from "./provider/option.ts";
export { type OptionIssue, type OptionsSchema, type OtherWords, optionMessage, type RawOptionIssue, } from "./provider/option-issues.ts";
export { definePlugin, type Plugin, type PluginParts, type PluginTools, pluginContract, pluginFault, } from "./provider/plugin.ts";
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

// events/delivery.ts
import type { FailureKind } from "../failure/kinds.ts";
import type { Failure, Receipt, Rejection } from "../failure/outcome.ts";
interface DeliveryBase {
    readonly id: string;
    readonly attempts: readonly Attempt[];
    readonly failures: readonly Failure[];
    readonly accepted: readonly string[];
    readonly rejected: readonly Rejection[];
    readonly receipts: readonly Receipt[];
    readonly possibleDuplicate?: true;
}
export interface Delivered extends DeliveryBase {
    readonly success: true;
    readonly status: "sent";
    readonly provider: string;
    readonly messageId: string;
    readonly error?: undefined;
    readonly kind?: undefined;
    readonly reason?: undefined;
}
export interface Undelivered extends DeliveryBase {
    readonly success: false;
    readonly status: "failed" | "partial" | "unknown";
    readonly error: string;
    readonly kind: FailureKind;
    readonly reason: string;
    readonly provider: string;
    readonly retryAt?: number;
    readonly retryAfterMs?: number;
}
export type Delivery = Delivered | Undelivered;
export interface Attempt {
    readonly n: number;
    readonly id: string;
    readonly provider: string;
    readonly at: string;
    readonly ms: number;
    readonly success: boolean;
    readonly phase: "open" | "handed_over";
    readonly kind?: FailureKind;
    readonly code?: string;
    readonly reason?: string;
    readonly retryAfterMs?: number;
    readonly skipped: boolean;
    readonly messageId?: string;
    readonly recipients: number;
    readonly accepted: number;
}
export declare class DeliveryError extends Error {
    readonly name = "DeliveryError";
    readonly delivery: Undelivered;
    constructor(delivery: Undelivered);
    get unknown(): boolean;
}
export declare function unwrap(delivery: Delivery): Delivered;
export {};

// events/event.ts
import type { Failure, Outcome } from "../failure/outcome.ts";
import type { FeedbackResult, FeedbackType } from "../feedback/event.ts";
import type { Suppressed } from "../feedback/suppression.ts";
import type { Attempt, Delivery } from "./delivery.ts";
import type { MessageState } from "./message-state.ts";
interface EventBase {
    readonly at: number;
    readonly chain?: string;
    readonly message?: string;
}
interface ChainEventBase extends EventBase {
    readonly worker?: undefined;
}
interface WorkerEventBase extends EventBase {
    readonly worker: string;
}
export type RelaisEvent = ChainEvent | OutboxEvent | WorkerEvent;
export type BreakerState = "closed" | "open" | "half-open";
export type ChainEvent = (ChainEventBase & {
    readonly type: "delivery-start";
    readonly recipients: number;
}) | (ChainEventBase & {
    readonly type: "attempt-start";
    readonly provider: string;
    readonly attempt: string;
    readonly n: number;
}) | (ChainEventBase & {
    readonly type: "attempt";
    readonly provider: string;
    readonly attempt: Attempt;
    readonly outcome: Outcome;
}) | (ChainEventBase & {
    readonly type: "hand-over";
    readonly provider: string;
    readonly attempt: string;
}) | (ChainEventBase & {
    readonly type: "late";
    readonly provider: string;
    readonly attempt: string;
    readonly outcome: Outcome;
}) | (ChainEventBase & {
    readonly type: "retry";
    readonly provider: string;
    readonly failure: Failure;
    readonly delayMs: number;
    readonly next: number;
}) | (ChainEventBase & {
    readonly type: "retry-suppressed";
    readonly provider: string;
    readonly failure: Failure;
    readonly why: "budget" | "deadline" | "wait-too-long";
}) | (ChainEventBase & {
    readonly type: "failover";
    readonly from: string;
    readonly to: string;
    readonly failure: Failure;
    readonly recipients: number;
}) | (ChainEventBase & {
    readonly type: "wait";
    readonly delayMs: number;
}) | (ChainEventBase & {
    readonly type: "breaker";
    readonly provider: string;
    readonly state: BreakerState;
    readonly failure?: Failure;
    readonly reopenAt?: number;
}) | (ChainEventBase & {
    readonly type: "suppressed";
    readonly recipients: readonly (Suppressed & {
        readonly address: string;
    })[];
}) | (ChainEventBase & {
    readonly type: "suppression-unavailable";
    readonly action: "defer" | "send";
    readonly reason: string;
}) | (ChainEventBase & {
    readonly type: "journal-lost";
    readonly provider: string;
    readonly attempt: string;
}) | (ChainEventBase & {
    readonly type: "delivery";
    readonly delivery: Delivery;
    readonly ms: number;
});
export type OutboxEvent = ChainEventBase & FeedbackResult & {
    readonly type: "feedback-received";
    readonly counts: readonly {
        readonly provider: string;
        readonly type: FeedbackType;
        readonly count: number;
    }[];
    readonly settled: number;
};
export type WorkerEvent = (WorkerEventBase & {
    readonly type: "settled";
    readonly message: string;
    readonly tenant: string;
    readonly state: MessageState;
    readonly provider?: string | undefined;
    readonly error?: string | undefined;
    readonly notBefore?: number | undefined;
    readonly ms: number;
    readonly delivery?: Delivery | undefined;
    readonly possibleDuplicate?: boolean | undefined;
}) | (WorkerEventBase & {
    readonly type: "recovered";
    readonly message: string;
    readonly state: MessageState;
}) | (WorkerEventBase & {
    readonly type: "lease-lost";
    readonly message: string;
}) | (WorkerEventBase & {
    readonly type: "late";
    readonly message: string;
    readonly provider: string;
    readonly attempt: string;
    readonly outcome: Outcome;
    readonly state: MessageState;
}) | (WorkerEventBase & {
    readonly type: "feedback";
    readonly matched: number;
    readonly foreign: number;
    readonly settled: number;
}) | (WorkerEventBase & {
    readonly type: "feedback-rate";
    readonly provider: string;
    readonly of: "bounces" | "complaints";
    readonly rate: number;
    readonly limit: number;
    readonly level: "near" | "over" | "below";
}) | (WorkerEventBase & {
    readonly type: "error";
    readonly during: string;
    readonly error: string;
});
export type Observer<Event extends RelaisEvent = RelaisEvent> = (event: Event) => void;
export declare function combineObservers<Event extends RelaisEvent>(observers: readonly Observer<Event>[], chain: string | undefined): Observer<Event> | undefined;
export declare function observeBoth(one: Observer | undefined, other: Observer | undefined): Observer | undefined;
export {};

// events/journal.ts
import type { Outcome } from "../failure/outcome.ts";
export interface JournalEntry {
    readonly attempt: string;
    readonly messageId: string;
    readonly provider: string;
    readonly n: number;
    readonly at: number;
    readonly recipients: readonly string[];
}
export interface Journal {
    open?(entry: JournalEntry): Promise<void>;
    handOver?(entry: JournalEntry): Promise<void>;
    close?(entry: JournalEntry, outcome: Outcome): Promise<void>;
    late?(entry: JournalEntry, outcome: Outcome): Promise<void>;
}
export declare function isJournal(value: unknown): value is Journal;

// events/message-state.ts
export declare const messageStates: readonly ["queued", "scheduled", "sending", "deferred", "sent", "partial", "unknown", "failed", "expired", "cancelled"];
export type MessageState = (typeof messageStates)[number];

// failure/kinds.ts
export declare const failureKinds: readonly ["transient", "throttled", "deferred", "misconfigured", "refused", "rejected", "unknown", "skipped", "cancelled"];
export type FailureKind = (typeof failureKinds)[number];
export type Verdict = "success" | "failure" | "open" | "rest" | "neither";
export interface Disposition {
    readonly retry: boolean;
    readonly failover: boolean;
    readonly health: Verdict;
}
export type Dispositions = Readonly<Record<FailureKind, Disposition>>;
export interface Override extends Partial<Disposition> {
    readonly again?: boolean;
    readonly next?: boolean;
}
export type Overrides = Readonly<Partial<Record<FailureKind, Override>>>;
export declare const dispositions: Dispositions;
export declare function currentNames({ again, next, ...change }: Override): Partial<Disposition>;

// failure/outcome.ts
import type { FailureKind } from "./kinds.ts";
export interface Rejection {
    readonly address: string;
    readonly failure: Failure;
}
export interface AggregateFields {
    readonly receipts?: readonly Receipt[];
    readonly failures?: readonly Failure[];
    readonly possibleDuplicate?: true;
}
export interface Receipt extends AggregateFields {
    readonly success: true;
    readonly provider: string;
    readonly messageId: string;
    readonly accepted: readonly string[];
    readonly rejected: readonly Rejection[];
    readonly response?: string;
    readonly kind?: undefined;
    readonly reason?: undefined;
}
export interface Failure extends AggregateFields {
    readonly success: false;
    readonly provider: string;
    readonly kind: FailureKind;
    readonly reason: string;
    readonly code?: string;
    readonly retryAfterMs?: number;
    readonly retryable?: false;
    readonly definite?: true;
    readonly accepted?: readonly string[];
    readonly rejected?: readonly Rejection[];
}
export type Outcome = Receipt | Failure;
export declare function failuresOf(outcome: Outcome, to: readonly string[]): readonly Rejection[];
export declare function isTimeout({ kind, code }: Failure): boolean;
export interface FailureParts {
    readonly provider: string;
    readonly kind: FailureKind;
    readonly reason: string;
    readonly code?: string | undefined;
    readonly retryAfterMs?: number | undefined;
    readonly retryable?: false | undefined;
    readonly definite?: true | undefined;
    readonly rejected?: readonly Rejection[] | undefined;
}
export declare function withAggregate(outcome: Outcome, behind: AggregateFields): Outcome;
export declare function failure(parts: FailureParts): Failure;
export type Diagnosis = Omit<FailureParts, "provider" | "rejected">;
export type Fail = (diagnosis: Diagnosis, rejected?: readonly Rejection[]) => Failure;
export declare function failer(provider: string, redact: (text: string) => string): Fail;
export interface ReceiptParts {
    readonly provider: string;
    readonly messageId: string;
    readonly accepted: readonly string[];
    readonly rejected?: readonly Rejection[] | undefined;
    readonly response?: string | undefined;
}
export declare function receipt(parts: ReceiptParts): Receipt;

// failure/precedence.ts
import type { FailureKind } from "./kinds.ts";
import type { Failure } from "./outcome.ts";
export declare function mostRetryable(failures: readonly (Failure | undefined)[]): Failure | undefined;
export declare function aggregateKind(failures: readonly Failure[]): FailureKind;

// failure/redact.ts
export declare function redactor(secrets: Iterable<string | undefined>): (text: string) => string;
export declare function urlSecrets(url: string): string[];
export declare function decoded(text: string): string;
export declare function withoutAddresses(text: string): string;

// feedback/bounce-address.ts
export declare const maxBounceLocalPart: number;
export declare function bounceAddress(address: string, id: string, recipients: readonly string[], secret: string): string;
export interface BounceToken {
    readonly message?: string | undefined;
    isOf(id: string): boolean;
    isAbout(recipient: string): boolean;
}
export declare function readBounceAddress(text: string, address: string, secrets: readonly string[]): BounceToken | "forged" | undefined;

// feedback/correlation.ts
import type { Message } from "../message/message.ts";
export declare const messageIdHeader = "X-Relais-Id";
export declare const messageIdTag = "relais_id";
export declare function correlationId({ tags, id, correlation }: Message): string | undefined;
export declare function withoutCorrelation(message: Message): Message;
export declare const hasMessageIdHeader: ({ headers }: Message) => boolean;
export declare function withCorrelation(message: Message): Message;

// feedback/event.ts
export declare const feedbackTypes: readonly ["delivered", "deferred", "bounced", "blocked", "complained", "unsubscribed", "failed"];
export type FeedbackType = (typeof feedbackTypes)[number];
export type BounceType = "hard" | "soft" | "undetermined";
export interface FeedbackEvent {
    readonly type: FeedbackType;
    readonly bounce?: BounceType | undefined;
    readonly recipient: string;
    readonly provider: string;
    readonly source: string;
    readonly eventId: string;
    readonly message?: string | undefined;
    readonly providerMessageId?: string | undefined;
    readonly code?: string | undefined;
    readonly reason?: string | undefined;
    readonly stream?: string | undefined;
    readonly tenant?: string | undefined;
    readonly at: number;
}
export interface FeedbackResult {
    readonly stored: number;
    readonly repeated: number;
    readonly early: number;
    readonly foreign: number;
}
export interface FeedbackStore {
    record(events: readonly FeedbackEvent[]): Promise<FeedbackResult>;
}

// feedback/memory-suppression.ts
import { type SuppressionList, type SuppressionReason } from "./suppression.ts";
export interface SuppressionEntry {
    readonly address: string;
    readonly tenant: string;
    readonly stream?: string;
    readonly reason: SuppressionReason;
    readonly source?: string;
    readonly first: number;
    readonly last: number;
    readonly expiresAt?: number;
    readonly count: number;
}
export interface SuppressionInput {
    readonly address: string;
    readonly tenant?: string | undefined;
    readonly stream?: string | undefined;
    readonly reason?: SuppressionReason | undefined;
    readonly source?: string | undefined;
    readonly since?: number | undefined;
    readonly expiresAt?: number | undefined;
}
export interface SuppressionRemoval {
    readonly tenant?: string | undefined;
    readonly stream?: string | undefined;
    readonly reason?: SuppressionReason | undefined;
}
export interface MemorySuppression extends SuppressionList {
    add(...entries: readonly (string | SuppressionInput)[]): void;
    remove(address: string, which?: SuppressionRemoval): number;
    entries(): readonly SuppressionEntry[];
}
export declare function suppressionEntry(input: string | SuppressionInput, now: number): SuppressionEntry;
export declare function memorySuppression(entries?: readonly (string | SuppressionInput)[]): MemorySuppression;

// feedback/suppression.ts
export declare const suppressionReasons: readonly ["complained", "manual", "bounced", "unsubscribed"];
export type SuppressionReason = (typeof suppressionReasons)[number];
export interface SuppressionScope {
    readonly tenant?: string | undefined;
    readonly stream?: string | undefined;
    readonly ignore?: readonly SuppressionReason[] | undefined;
}
export interface Suppressed {
    readonly reason: SuppressionReason;
    readonly since: number;
}
export interface SuppressionList {
    check(recipients: readonly string[], scope: SuppressionScope, signal?: AbortSignal): Promise<ReadonlyMap<string, Suppressed>>;
}
export declare function suppressionKey(address: string): string;

// feedback/unsubscribe.ts
import type { Message } from "../message/message.ts";
export interface UnsubscribeRequest {
    readonly tenant?: string | undefined;
    readonly stream?: string | undefined;
    readonly recipient: string;
    readonly message: string;
}
export declare function unsubscribeToken({ tenant, stream, recipient, message }: UnsubscribeRequest, secret: string): string;
export declare function readUnsubscribeToken(token: string, secrets: readonly string[]): UnsubscribeRequest | undefined;
export declare const unsubscribeParameter = "token";
export declare function withUnsubscribe(message: Message, secret: string | undefined, id: string, tenant: string | undefined): Message;

// message/address-list.ts
import { type Address } from "./address.ts";
export interface AddressObject {
    readonly address?: string | null | undefined;
    readonly name?: string | null | undefined;
    readonly group?: readonly AddressObject[] | null | undefined;
}
export type AddressInput = string | AddressObject | readonly (string | AddressObject | null | undefined)[];
export interface AddressRules {
    readonly strictNames?: boolean;
}
export declare function addressList(field: string, value: unknown, rules?: AddressRules): readonly Address[];
export declare function oneAddress(field: string, value: unknown, rules?: AddressRules): Address;

// message/address.ts
export interface Address {
    readonly address: string;
    readonly name?: string;
}
export declare function bareAddress(field: string, text: string): string;
export declare function needsSmtpUtf8(address: string): boolean;
export declare function readsAsAddress(name: string, address: string): boolean;
export declare function hidesAddress(name: string, address: string): boolean;
export declare function mailboxKey(address: string): string;

// message/attachments.ts
import { type ContentInput } from "./content.ts";
import type { Alternative, Attachment, CalendarEvent, Limits } from "./message.ts";
export interface AttachmentInput {
    readonly filename?: string | false | null | undefined;
    readonly content?: ContentInput | null | undefined;
    readonly encoding?: string | null | undefined;
    readonly contentType?: string | null | undefined;
    readonly cid?: string | null | undefined;
    readonly contentDisposition?: "attachment" | "inline" | null | undefined;
    readonly path?: string | null | undefined;
    readonly href?: string | null | undefined;
}
export declare function readAttachments(value: unknown, limits: Limits): Promise<readonly Attachment[]>;
export interface AlternativeInput {
    readonly contentType?: string | null | undefined;
    readonly content?: ContentInput | null | undefined;
    readonly encoding?: string | null | undefined;
    readonly path?: string | null | undefined;
    readonly href?: string | null | undefined;
}
export type CalendarInput = string | Uint8Array | {
    readonly method?: string | null | undefined;
    readonly filename?: string | false | null | undefined;
    readonly content?: ContentInput | null | undefined;
    readonly encoding?: string | null | undefined;
    readonly path?: string | null | undefined;
    readonly href?: string | null | undefined;
};
export declare function readCalendarEvent(value: unknown, limits: Limits): Promise<CalendarEvent | undefined>;
export declare function readAlternatives(input: {
    readonly amp?: unknown;
    readonly watchHtml?: unknown;
    readonly alternatives?: unknown;
}, limits: Limits): Promise<readonly Alternative[]>;

// message/content.ts
import type { Limits } from "./message.ts";
export type ContentInput = string | Uint8Array | ArrayBuffer | ArrayBufferView | Blob | AsyncIterable<Uint8Array | string> | {
    readonly type: "Buffer";
    readonly data: readonly number[];
};
export interface ContentSource {
    readonly content?: unknown;
    readonly encoding?: unknown;
    readonly path?: unknown;
    readonly href?: unknown;
}
export interface ReadContent {
    readonly bytes: Uint8Array;
    readonly contentType?: string;
}
export declare function readContent(field: string, source: ContentSource, limits: Limits): Promise<ReadContent>;

// message/create-message.ts
import { type AddressInput } from "./address-list.ts";
import { type AlternativeInput, type AttachmentInput, type CalendarInput } from "./attachments.ts";
import { type ContentInput } from "./content.ts";
import { type DeliveryStatusInput, type EnvelopeInput } from "./envelope.ts";
import { type HeadersInput, type ListInput } from "./headers.ts";
import { type Limits, type Message } from "./message.ts";
import { type RawInput } from "./raw-message.ts";
import { type UnsubscribeInput } from "./unsubscribe.ts";
type Text = string | number | null | undefined;
type BodyInput = Text | Exclude<ContentInput, string> | {
    readonly content?: ContentInput;
    readonly encoding?: string;
    readonly path?: string;
};
export interface MessageInput {
    readonly from?: AddressInput | null | undefined;
    readonly sender?: AddressInput | null | undefined;
    readonly to?: AddressInput | null | undefined;
    readonly cc?: AddressInput | null | undefined;
    readonly bcc?: AddressInput | null | undefined;
    readonly replyTo?: AddressInput | null | undefined;
    readonly inReplyTo?: string | readonly string[] | null | undefined;
    readonly references?: string | readonly string[] | null | undefined;
    readonly subject?: Text;
    readonly text?: BodyInput;
    readonly html?: BodyInput;
    readonly amp?: BodyInput;
    readonly watchHtml?: BodyInput;
    readonly icalEvent?: CalendarInput | null | undefined;
    readonly alternatives?: readonly AlternativeInput[] | null | undefined;
    readonly attachments?: AttachmentInput | Blob | readonly (AttachmentInput | Blob | null | undefined)[] | null | undefined;
    readonly headers?: HeadersInput | null | undefined;
    readonly list?: ListInput | null | undefined;
    readonly priority?: string | null | undefined;
    readonly xMailer?: string | false | null | undefined;
    readonly dsn?: DeliveryStatusInput | false | null | undefined;
    readonly unsubscribe?: UnsubscribeInput | false | null | undefined;
    readonly id?: Text;
    readonly messageId?: string | null | undefined;
    readonly tags?: Readonly<Record<string, string | number | boolean | null | undefined>> | null | undefined;
    readonly date?: Date | string | number | null | undefined;
    readonly stream?: string | null | undefined;
    readonly ignoreSuppression?: string | readonly string[] | null | undefined;
    readonly envelope?: EnvelopeInput | null | undefined;
    readonly raw?: RawInput | null | undefined;
}
export interface MessageOptions {
    readonly limits?: Partial<Limits>;
    readonly defaultFrom?: AddressInput | undefined;
    readonly now?: number;
    readonly prepare?: Prepare | undefined;
    readonly correlation?: boolean | undefined;
}
export type Prepare = (message: MessageInput) => MessageInput | Promise<MessageInput>;
export declare function isMessage(value: unknown): value is Message;
export declare function registered(message: Message): Message;
export declare function createMessage(given: MessageInput, options?: MessageOptions): Promise<Message>;
export {};

// message/envelope.ts
import { type Address } from "./address.ts";
import { type AddressInput } from "./address-list.ts";
import type { DeliveryStatusRequest, Envelope, Limits, Message } from "./message.ts";
export interface EnvelopeInput {
    readonly from?: AddressInput | null | undefined;
    readonly to?: AddressInput | null | undefined;
    readonly cc?: AddressInput | null | undefined;
    readonly bcc?: AddressInput | null | undefined;
}
export declare function readEnvelope(value: unknown, sender: Address, recipients: readonly Address[], limits: Limits): Envelope;
export interface DeliveryStatusInput {
    readonly return?: string | null | undefined;
    readonly ret?: string | null | undefined;
    readonly id?: string | null | undefined;
    readonly envid?: string | null | undefined;
    readonly notify?: string | readonly string[] | null | undefined;
    readonly recipient?: string | null | undefined;
    readonly orcpt?: string | null | undefined;
}
export declare function readDsn(value: unknown): DeliveryStatusRequest | undefined;
export declare function suppressionFields(input: {
    readonly stream?: unknown;
    readonly ignoreSuppression?: unknown;
}): Pick<Message, "stream" | "ignoreSuppression">;

// message/fields.ts
export declare class InvalidMessage extends Error {
    readonly name = "InvalidMessage";
    readonly field: string;
    constructor(field: string, fault: string);
}
export declare function isAbsent(value: unknown): value is null | undefined | "" | readonly [];
export declare function oneLine(text: string): string | undefined;
export declare function addressText(field: string, text: string, maxCharacters: number): string;
export declare function headerText(field: string, value: unknown, maxCharacters?: number): string;
export declare function bodyText(field: string, value: unknown, maxCharacters: number): string;
export declare function quote(value: unknown): string;
export declare function isUnfinished(value: unknown): boolean;
export type FieldWords = Readonly<Record<string, string>>;
export declare function pickOwn<T extends object>(field: string, value: unknown, names: ReadonlySet<string>, what: string, words?: FieldWords): Partial<T>;
export declare function decodeWords(text: string): string;

// message/headers.ts
export type HeaderValue = string | number | bigint | boolean | Date | {
    readonly prepared?: boolean;
    readonly foldLines?: boolean;
    readonly value: string;
} | null | undefined;
export type HeadersInput = Readonly<Record<string, HeaderValue | readonly HeaderValue[]>> | readonly {
    readonly key: string;
    readonly value: HeaderValue | readonly HeaderValue[];
}[];
export type Headers = Readonly<Record<string, string | readonly string[]>>;
export declare function isStructuredHeader(name: string): boolean;
export declare function customHeaders(value: unknown, more?: readonly (readonly [string, string])[]): Headers;
export declare function messageTags(value: unknown): Readonly<Record<string, string>>;
export declare function asciiTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
type Url = string | {
    readonly url: string;
    readonly comment?: string | null | undefined;
};
export type ListInput = Readonly<Record<string, Url | readonly (Url | readonly Url[])[] | null | undefined>>;
export declare function listHeaders(value: unknown): (readonly [string, string])[];
export declare function priorityHeaders(value: unknown): (readonly [string, string])[];
export {};

// message/identity.ts
export declare function idsOfOthers(field: string, value: unknown): readonly string[];
export declare function identity(value: unknown, messageId: unknown, senderDomain: string): {
    readonly id: string;
    readonly messageId: string;
};
export declare function readDate(text: string): Date;

// message/message.ts
import type { Address } from "./address.ts";
export interface Limits {
    readonly maxRecipients: number;
    readonly maxBytes: number;
    readonly maxAttachments: number;
    readonly allowFiles: boolean;
    readonly strictNames: boolean;
}
export declare const defaultLimits: Limits;
export interface Attachment {
    readonly filename?: string;
    readonly content: Uint8Array;
    readonly contentType?: string;
    readonly cid?: string;
    readonly disposition: "attachment" | "inline";
}
export interface Alternative {
    readonly contentType: string;
    readonly content: Uint8Array;
}
export interface CalendarEvent {
    readonly method: string;
    readonly filename: string;
    readonly content: Uint8Array;
}
export interface Unsubscribe {
    readonly url: string;
    readonly stream?: string;
    readonly mailto?: string;
}
export interface DeliveryStatusRequest {
    readonly return?: "full" | "headers";
    readonly id?: string;
    readonly notify?: readonly ("never" | "success" | "failure" | "delay")[];
    readonly recipient?: string;
}
export type IgnorableSuppression = "bounced" | "unsubscribed" | "manual";
export interface Message {
    readonly id: string;
    readonly messageId: string;
    readonly date: string;
    readonly from: Address;
    readonly authors: readonly Address[];
    readonly sender?: Address;
    readonly to: readonly Address[];
    readonly cc: readonly Address[];
    readonly bcc: readonly Address[];
    readonly replyTo: readonly Address[];
    readonly inReplyTo?: string;
    readonly references: readonly string[];
    readonly subject: string;
    readonly text?: string;
    readonly html?: string;
    readonly alternatives: readonly Alternative[];
    readonly icalEvent?: CalendarEvent;
    readonly attachments: readonly Attachment[];
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
    readonly unsubscribe?: Unsubscribe;
    readonly correlation?: false;
    readonly dsn?: DeliveryStatusRequest;
    readonly tags: Readonly<Record<string, string>>;
    readonly stream?: string;
    readonly ignoreSuppression?: readonly IgnorableSuppression[];
    readonly envelope: Envelope;
    readonly contentBytes: number;
    readonly raw?: Uint8Array;
}
export interface Envelope {
    readonly from: string;
    readonly to: readonly string[];
}

// message/raw-message.ts
import { type AddressInput } from "./address-list.ts";
import { type ContentInput } from "./content.ts";
import { type Limits, type Message } from "./message.ts";
export type RawInput = ContentInput | {
    readonly content?: ContentInput | undefined;
    readonly encoding?: string | undefined;
    readonly path?: string | undefined;
};
interface RawOptions {
    readonly limits?: Partial<Limits>;
    readonly defaultFrom?: AddressInput | undefined;
    readonly now?: number;
    readonly correlation?: boolean | undefined;
}
export declare function rawMessage(mailInput: unknown, other: object, options: RawOptions): Promise<Message>;
export {};

// message/unsubscribe.ts
import type { Headers } from "./headers.ts";
import type { Envelope, Unsubscribe } from "./message.ts";
export interface UnsubscribeInput {
    readonly url: string;
    readonly stream?: string | null | undefined;
    readonly mailto?: string | null | undefined;
}
export declare function readUnsubscribe(value: unknown, envelope: Envelope, headers: Headers, streamOfMessage: string | undefined): Unsubscribe | undefined;

// provider/closable.ts
import { type Failure, type Outcome } from "../failure/outcome.ts";
import type { Message } from "../message/message.ts";
import type { Lifecycle } from "../runtime/lifecycle.ts";
import type { ProviderLimits } from "./limits.ts";
import type { Health, Provider, SendContext, VerifyContext } from "./provider.ts";
export interface ClosableParts {
    readonly id: string;
    readonly limits?: (() => ProviderLimits | undefined) | undefined;
    readonly send: (message: Message, context: SendContext) => Promise<Outcome>;
    readonly verify?: ((context: VerifyContext) => Promise<Health>) | undefined;
}
export declare function closable(life: Lifecycle, { id, limits, send, verify }: ClosableParts): Provider;
export declare function unhealthy(failure: Failure, known?: Partial<Health>): Health;

// provider/define-provider.ts
import type { FailureKind } from "../failure/kinds.ts";
import type { Envelope, Message } from "../message/message.ts";
import { type ProviderLimits } from "./limits.ts";
import type { Provider, Quota, VerifyContext } from "./provider.ts";
export interface SendFailureDetails {
    readonly code?: string | undefined;
    readonly retryAfterMs?: number | undefined;
    readonly definite?: true | undefined;
    readonly retryable?: false | undefined;
}
export declare class SendFailure extends Error {
    readonly name = "SendFailure";
    readonly kind: FailureKind;
    readonly details: SendFailureDetails;
    constructor(kind: FailureKind, reason: string, details?: SendFailureDetails);
}
export interface SendResult {
    readonly messageId: string | undefined;
    readonly rejected?: readonly RejectedRecipient[] | undefined;
    readonly response?: string | undefined;
}
export interface RejectedRecipient {
    readonly address: string;
    readonly kind: FailureKind;
    readonly reason: string;
    readonly code?: string | undefined;
}
export interface ProviderCall {
    readonly envelope: Envelope;
    readonly signal: AbortSignal;
}
export interface ProviderDefinition<Connection = undefined> {
    readonly id: string;
    readonly limits?: ProviderLimits | (() => ProviderLimits | undefined) | undefined;
    readonly secrets?: readonly (string | undefined)[] | undefined;
    readonly connect?: ((message: Message, call: ProviderCall) => Promise<Connection>) | undefined;
    readonly send: (message: Message, call: ProviderCall & {
        readonly connection: Connection;
    }) => Promise<SendResult>;
    readonly verify?: ((context: VerifyContext) => Promise<{
        reason?: string;
        quota?: Quota;
        sandbox?: boolean;
    } | undefined | void>) | undefined;
    readonly close?: (() => Promise<void> | void) | undefined;
}
export declare function defineProvider<Connection = undefined>(definition: ProviderDefinition<Connection>): Provider;

// provider/limits.ts
import type { Envelope, Message } from "../message/message.ts";
export interface ProviderLimits {
    readonly maxRecipients?: number | undefined;
    readonly maxBytes?: number | undefined;
    readonly attachmentEncoding?: "base64" | undefined;
    readonly smtpUtf8?: false | undefined;
    readonly nullSender?: false | undefined;
    readonly refusedExtensions?: readonly string[] | undefined;
    readonly allowedExtensions?: readonly string[] | undefined;
    readonly visibleRecipient?: true | undefined;
    readonly refuses?: ((message: Message, envelope: Envelope) => string | undefined) | undefined;
}
export interface Limited {
    readonly limits?: ProviderLimits | undefined;
}
export declare function limitsOf(provider: Limited): ProviderLimits | undefined;
export declare function utf8Header(message: Message, { visibleRecipient }?: ProviderLimits): string | undefined;
export declare function overLimits(message: Message, { from, to }: Envelope, limits: ProviderLimits): string | undefined;
export interface Part {
    readonly to: readonly string[];
    readonly over?: string | undefined;
}
export declare function nextPart(message: Message, envelope: Envelope, limits: ProviderLimits): Part | undefined;

// provider/option-issues.ts
export interface OptionIssue {
    readonly message: string;
    readonly path?: readonly (PropertyKey | {
        readonly key: PropertyKey;
    })[] | undefined;
}
export interface OptionsSchema<Options> {
    readonly "~standard": {
        readonly version: 1;
        readonly vendor: string;
        readonly validate: (value: unknown) => {
            readonly value: Options;
            readonly issues?: undefined;
        } | {
            readonly issues: readonly OptionIssue[];
        } | Promise<{
            readonly value: Options;
            readonly issues?: undefined;
        } | {
            readonly issues: readonly OptionIssue[];
        }>;
        readonly types?: {
            readonly input: unknown;
            readonly output: Options;
        } | undefined;
    };
}
export interface RawOptionIssue {
    readonly code?: string | undefined;
    readonly expected?: string | undefined;
    readonly input?: unknown;
    readonly keys?: readonly string[] | undefined;
    readonly values?: readonly unknown[] | undefined;
    readonly options?: readonly unknown[] | undefined;
    readonly minimum?: number | bigint | undefined;
    readonly maximum?: number | bigint | undefined;
    readonly origin?: string | undefined;
    readonly inst?: unknown;
}
export declare function kindOf(value: unknown): string;
export type OtherWords = Readonly<Record<string, readonly string[]>>;
export declare function optionMessage(issue: RawOptionIssue, otherWords?: OtherWords): string | undefined;

// provider/option.ts
import { type OptionsSchema } from "./option-issues.ts";
export type JsonSchema = Readonly<Record<string, unknown>>;
export interface Field<Input = unknown, Output = Input> {
    readonly read: (value: unknown) => Output;
    readonly json?: JsonSchema;
    readonly isRequired?: true;
    readonly "~input"?: () => Input;
}
export interface Required {
    readonly isRequired: true;
}
export type Fields = Readonly<Record<string, Field>>;
type InputOf<One> = One extends {
    readonly "~input"?: () => infer Input;
} ? Input : never;
type OutputOf<One> = One extends {
    readonly read: (value: unknown) => infer Output;
} ? Output : never;
export type RequiredOptions<All> = {
    readonly [Name in keyof All as All[Name] extends Required ? Name : never]: InputOf<All[Name]>;
};
export type OptionalOptions<All> = {
    readonly [Name in keyof All as All[Name] extends Required ? never : Name]?: InputOf<All[Name]> | undefined;
};
export type Checked<All> = {
    readonly [Name in keyof All as All[Name] extends Required ? Name : never]: OutputOf<All[Name]>;
} & {
    readonly [Name in keyof All as All[Name] extends Required ? never : Name]?: OutputOf<All[Name]>;
};
export declare const required: <One extends Field>(field: One) => One & Required;
export declare const map: <Input, Between, Output>(field: Field<Input, Between>, next: (value: Between) => Output) => Field<Input, Output>;
export declare const anything: <Input>(json?: JsonSchema) => Field<Input>;
export declare const object: <Input extends object>(json?: JsonSchema) => Field<Input>;
export declare const callable: <Input>(form?: string) => Field<Input>;
export declare const string: Field<string>;
export declare const secret: Field<string>;
export declare const text: Field<string>;
export declare const matching: (pattern: RegExp, form: string) => Field<string>;
export declare const shaped: (pattern: RegExp, form: string) => Field<string>;
export declare const id: Field<string>;
export declare const proxy: Field<string>;
export declare const flag: Field<boolean>;
export declare function flagText(text: string | undefined): string | boolean | undefined;
export declare function whole(min: number, max: number): Field<number>;
export declare const oneOf: <const Value extends string>(...values: readonly Value[]) => Field<Value>;
export declare const list: <Input, Output>(item: Field<Input, Output>) => Field<readonly Input[], readonly Output[]>;
export declare const either: <const All extends readonly Field[]>(all: All, choose: (value: unknown) => All[number] | undefined) => Field<InputOf<All[number]>, OutputOf<All[number]>>;
export declare const signingSecrets: Field<string | readonly string[], readonly string[]>;
export declare function record<const All extends Fields>(fields: All): Field<RequiredOptions<All> & OptionalOptions<All>, Checked<All>>;
export declare function check<Output>(owner: string, field: Field<unknown, Output>, value: unknown): Output;
export declare function forPlugin<Options>(field: Field<Options, unknown>, look?: (options: Options) => void): {
    readonly options: OptionsSchema<Options>;
    jsonSchema(): unknown;
};
export {};

// provider/plugin.ts
import type { OptionsSchema } from "./option-issues.ts";
import type { Provider } from "./provider.ts";
export declare const pluginContract = 1;
export interface PluginTools {
    readonly id: string | undefined;
}
export interface Plugin<Options = unknown> {
    readonly contract: typeof pluginContract;
    readonly name: string;
    readonly options: OptionsSchema<Options>;
    create(options: Options, tools: PluginTools): Provider;
    fromEnv?(env: Readonly<Record<string, string | undefined>>): unknown;
    jsonSchema?(): unknown;
}
export type PluginParts<Options> = Omit<Plugin<Options>, "contract">;
export declare function definePlugin<Options>(parts: PluginParts<Options>): Plugin<Options>;
export declare function pluginFault(value: unknown): string | undefined;

// provider/provider.ts
import type { Outcome } from "../failure/outcome.ts";
import type { Envelope, Message } from "../message/message.ts";
import type { ProviderLimits } from "./limits.ts";
import type { DeliveryScope } from "./scope.ts";
export interface SendContext {
    readonly envelope: Envelope;
    readonly signal: AbortSignal;
    handOver(): Promise<void>;
    readonly scope?: DeliveryScope | undefined;
}
export interface VerifyContext {
    readonly signal?: AbortSignal;
}
export interface Health {
    readonly provider: string;
    readonly ok: boolean;
    readonly reason?: string;
    readonly failure?: Outcome & {
        readonly success: false;
    };
    readonly quota?: Quota;
    readonly sandbox?: boolean;
}
export interface Quota {
    readonly perSecond?: number;
    readonly perDay?: number;
    readonly sentLastDay?: number;
}
export interface Provider {
    readonly id: string;
    readonly limits?: ProviderLimits | undefined;
    send(message: Message, context: SendContext): Promise<Outcome>;
    verify?(context?: VerifyContext): Promise<Health>;
    close?(): Promise<void>;
    [Symbol.asyncDispose]?(): Promise<void>;
}
export type Send = (message: Message, context: SendContext) => Promise<Outcome>;
export declare function looksLikeLink(value: object): boolean;
export declare function hasLinks(provider: object): boolean;
export declare function looksLikeForwarder(provider: object): boolean;

// provider/scope.ts
import type { Attempt } from "../events/delivery.ts";
import type { Observer } from "../events/event.ts";
import type { Journal } from "../events/journal.ts";
import type { Outcome } from "../failure/outcome.ts";
import type { SuppressionList } from "../feedback/suppression.ts";
export interface AttemptState {
    readonly provider: string;
    readonly to: readonly string[];
    readonly isHandingOver: boolean;
    readonly handedOver: boolean;
    readonly forwarded: boolean;
    readonly isVoid: boolean;
    readonly outcome: Outcome | undefined;
    abandon(): void;
}
export interface DeliveryScope {
    readonly observe?: Observer | undefined;
    readonly journal?: Journal | undefined;
    readonly deadlineAt: number;
}
export interface RetryPlan {
    readonly to: readonly string[];
    readonly delayMs: number;
}
export interface RetryRequest extends RetryPlan {
    readonly tried: readonly string[];
    readonly outcome: Outcome;
    readonly isQuick: boolean;
    readonly signal: AbortSignal;
}
export interface AttemptScope extends DeliveryScope {
    nextAttempt(attempt?: AttemptState, n?: number, to?: readonly string[]): number;
    readonly tenant?: string | undefined;
    readonly asked?: readonly SuppressionList[] | undefined;
    readonly hasUntried?: boolean | undefined;
    planRetry?(request: RetryRequest): Promise<RetryPlan>;
    record(attempt: Attempt, outcome: Outcome): void;
}
export declare function attemptScope(scope: DeliveryScope | undefined): AttemptScope | undefined;
export declare class InnerScope<Outer extends AttemptScope | undefined = AttemptScope> implements AttemptScope {
    readonly outer: Outer;
    constructor(outer: Outer);
    get observe(): Observer | undefined;
    get journal(): Journal | undefined;
    get deadlineAt(): number;
    nextAttempt(attempt?: AttemptState, n?: number, to?: readonly string[]): number;
    get tenant(): string | undefined;
    get asked(): readonly SuppressionList[] | undefined;
    get hasUntried(): boolean;
    planRetry(request: RetryRequest): Promise<RetryPlan>;
    record(attempt: Attempt, outcome: Outcome): void;
}

// runtime/abort.ts
export interface AbortListener {
    handleEvent(): void;
}
export declare class AbortScope implements AbortListener {
    #private;
    readonly signal: AbortSignal;
    constructor(outer?: AbortSignal);
    static of(signal: AbortSignal): AbortScope | undefined;
    abort(reason: unknown): void;
    add(listener: AbortListener): void;
    remove(listener: AbortListener): void;
    handleEvent(): void;
    close(): void;
}
export declare function onAbort(signal: AbortSignal, listener: AbortListener): void;
export declare function offAbort(signal: AbortSignal, listener: AbortListener): void;

// runtime/clock.ts
export interface Clock {
    now(): number;
    wallNow?(): number;
    after(delayMs: number, run: () => void): () => void;
}
export declare function wallNow(clock: Clock): number;
export declare function wallAt(clock: Clock, at: number): number;
export declare const systemClock: Clock;
export declare function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<boolean>;

// runtime/copies.ts
export declare function sharedByCopies<T extends object>(name: string, make: () => T): T;
export declare function recognizeCopies(type: {
    readonly prototype: Error;
}, name: string): void;

// runtime/is-loopback.ts
export declare function isLoopback(host: string): boolean;

// runtime/lifecycle.ts
export interface Lifecycle {
    readonly isClosed: boolean;
    track<T>(work: Promise<T>): Promise<T>;
    close(): Promise<void>;
}
export declare function lifecycle(end: () => void | Promise<void>): Lifecycle;

// runtime/options.ts
export declare const idForm = "1 to 64 letters, digits, ., _ or -";
export declare const isProviderId: (value: unknown) => value is string;
export declare function providerId(field: string, value: unknown): string;
export declare function knownOptions(what: string, options: unknown, names: readonly string[]): void;
interface Range {
    readonly min: number;
    readonly max?: number;
    readonly whole?: boolean;
    readonly unbounded?: boolean;
}
export declare function numberOption(what: string, value: unknown, fallback: number, range: Range): number;
export declare function isOneEdit(a: string, b: string): boolean;
export declare function didYouMean(word: string, candidates: readonly string[]): string | undefined;
export {};

// runtime/process-lock.ts
export declare function processLock(path: string): (() => void) | undefined;

// runtime/sanitize.ts
export declare function reason(text: string, maxCharacters?: number): string;

// runtime/semaphore.ts
export interface Slots {
    take(weight: number, signal?: AbortSignal): Promise<(() => void) | undefined>;
    readonly waiting: number;
    readonly taken: number;
}
export declare function slots(capacity: number): Slots;

// runtime/signed-token.ts
export declare const minSecretCharacters = 16;
export declare function signToken(purpose: string, content: Uint8Array, secret: string, macBytes: number): Buffer;
export declare function openToken(purpose: string, token: Uint8Array, secrets: readonly string[], macBytes: number): Buffer | undefined;

// runtime/version.ts
export declare const version = "0.1.0";

// runtime/wait.ts
import type { Clock } from "./clock.ts";
export type Settled<T> = {
    readonly state: "resolved";
    readonly value: T;
} | {
    readonly state: "rejected";
    readonly reason: unknown;
} | {
    readonly state: "abandoned";
};
export interface Waiting {
    abandon(): void;
}
export declare function settleWithGrace<T, R>(promise: Promise<T>, signal: AbortSignal, clock: Clock, graceMs: number, conclude: (end: Settled<T>) => R | Promise<R>, holder?: {
    wait: Waiting | undefined;
}): Promise<R>;
export declare function settledWithGrace<T>(promise: Promise<T>, signal: AbortSignal, clock: Clock, graceMs: number): Promise<Settled<T>>;
export declare function tryAsync<T>(run: () => T | Promise<T>): Promise<T>;
export declare function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined, reason?: () => unknown): Promise<T>;
