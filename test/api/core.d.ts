// What @relais/core opens. Written by `npm run api`.

// index.ts
export type { Attempt } from "./attempt.ts";
export { type Chain, createChain } from "./chain.ts";
export type { ChainOptions } from "./chain-options.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { Delivered, Delivery, Undelivered } from "./delivery.ts";
export { DeliveryError, unwrap } from "./delivery-error.ts";
export { describe } from "./describe.ts";
export { type Disposition, type Dispositions, dispositions, type Overrides, type Verdict, } from "./disposition.ts";
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
export type { Alternative, Attachment, CalendarEvent, DeliveryStatusRequest, Message, } from "./message/message.ts";
export type { Outcome, Receipt, Rejection } from "./outcome.ts";
export { type BreakerOptions, breaker } from "./policies/breaker.ts";
export { type ConcurrencyOptions, concurrency } from "./policies/concurrency.ts";
export { overrides } from "./policies/overrides.ts";
export { type RateLimitOptions, rateLimit } from "./policies/rate-limit.ts";
export { type RetryOptions, retry } from "./policies/retry.ts";
export { type TimeoutOptions, timeout } from "./policies/timeout.ts";
export type { BreakerStatus, LimitStatus, LinkSite, LinkStatus, Policy, Send, TimedOptions, } from "./policy.ts";
export type { Health, Provider, Quota, SendContext, VerifyContext } from "./provider.ts";
export type { ProviderLimits } from "./provider-limits.ts";
export type { DeliveryScope } from "./scope.ts";
export type { SendOptions } from "./send-options.ts";
export type { SkipCode } from "./skip.ts";
export { type StandardOptions, standardPolicies, standardTimeoutMs } from "./standard-policies.ts";
export type { ChainHealth } from "./verify-all.ts";

// attempt.ts
import type { FailureKind } from "./failure.ts";
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

// chain-options.ts
import type { Clock } from "./clock.ts";
import type { Observer } from "./event.ts";
import { type FailureKind } from "./failure.ts";
import { type Journal } from "./journal.ts";
import type { AddressInput } from "./message/address-list.ts";
import { type Limits } from "./message/limits.ts";
import type { Policy } from "./policy.ts";
export interface ChainOptions {
    readonly id?: string | undefined;
    readonly deadlineMs?: number | undefined;
    readonly onUnknown?: "stop" | "failover" | undefined;
    readonly failover?: Readonly<Partial<Record<FailureKind, boolean>>> | undefined;
    readonly observers?: readonly Observer[] | undefined;
    readonly journal?: Journal | undefined;
    readonly from?: AddressInput | undefined;
    readonly limits?: Partial<Limits> | undefined;
    readonly policies?: readonly Policy[] | undefined;
    readonly clock?: Clock | undefined;
}
export interface ChainSettings {
    readonly id: string;
    readonly deadlineMs: number;
    readonly onUnknown: "stop" | "failover";
    readonly failover: Readonly<Partial<Record<FailureKind, boolean>>>;
    readonly observers: readonly Observer[];
    readonly journal: Journal | undefined;
    readonly from: AddressInput | undefined;
    readonly limits: Limits;
    readonly policies: readonly Policy[];
    readonly clock: Clock;
}
export declare function chainSettings(options: ChainOptions): ChainSettings;

// chain.ts
import { type ChainOptions } from "./chain-options.ts";
import type { Delivery } from "./delivery.ts";
import { type Link } from "./link.ts";
import { type MessageInput } from "./message/create-message.ts";
import type { Message } from "./message/message.ts";
import type { Provider, VerifyContext } from "./provider.ts";
import { type SendOptions } from "./send-options.ts";
import { type ChainHealth } from "./verify-all.ts";
export interface Chain extends Provider {
    readonly links: readonly Link[];
    send(message: MessageInput | Message, options?: SendOptions): Promise<Delivery>;
    verify(context?: VerifyContext): Promise<ChainHealth>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
export declare function createChain(links: readonly (Link | Provider)[], options?: ChainOptions): Chain;

// clock.ts
export interface Clock {
    now(): number;
    wallNow?(): number;
    after(delayMs: number, run: () => void): () => void;
}
export declare function wallNow(clock: Clock): number;
export declare function wallAt(clock: Clock, at: number): number;
export declare const systemClock: Clock;

// delivery-error.ts
import type { Delivered, Delivery, Undelivered } from "./delivery.ts";
export declare class DeliveryError extends Error {
    readonly name = "DeliveryError";
    readonly delivery: Undelivered;
    constructor(delivery: Undelivered);
    get unknown(): boolean;
}
export declare function unwrap(delivery: Delivery): Delivered;

// delivery.ts
import type { Attempt } from "./attempt.ts";
import type { Failure, FailureKind } from "./failure.ts";
import type { Receipt, Rejection } from "./outcome.ts";
interface Ended {
    readonly id: string;
    readonly attempts: readonly Attempt[];
    readonly failures: readonly Failure[];
    readonly accepted: readonly string[];
    readonly rejected: readonly Rejection[];
    readonly receipts: readonly Receipt[];
    readonly possibleDuplicate?: true;
}
export interface Delivered extends Ended {
    readonly success: true;
    readonly provider: string;
    readonly messageId: string;
}
export interface Undelivered extends Ended {
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
export {};

// describe.ts
import type { Failure } from "./failure.ts";
export declare function describe(failure: Failure): string;

// disposition.ts
import type { FailureKind } from "./failure.ts";
export type Verdict = "success" | "failure" | "open" | "rest" | "neither";
export interface Disposition {
    readonly again: boolean;
    readonly next: boolean;
    readonly health: Verdict;
}
export type Dispositions = Readonly<Record<FailureKind, Disposition>>;
export type Overrides = Readonly<Partial<Record<FailureKind, Partial<Disposition>>>>;
export declare const dispositions: Dispositions;

// event.ts
import type { Attempt } from "./attempt.ts";
import type { Delivery } from "./delivery.ts";
import type { Failure } from "./failure.ts";
import type { Outcome } from "./outcome.ts";
interface Of {
    readonly at: number;
    readonly chain?: string;
    readonly message?: string;
}
export type BreakerState = "closed" | "open" | "half-open";
export type RelaisEvent = (Of & {
    readonly type: "delivery-start";
    readonly recipients: number;
}) | (Of & {
    readonly type: "attempt-start";
    readonly provider: string;
    readonly attempt: string;
    readonly n: number;
}) | (Of & {
    readonly type: "attempt";
    readonly provider: string;
    readonly attempt: Attempt;
    readonly outcome: Outcome;
}) | (Of & {
    readonly type: "hand-over";
    readonly provider: string;
    readonly attempt: string;
}) | (Of & {
    readonly type: "late";
    readonly provider: string;
    readonly attempt: string;
    readonly outcome: Outcome;
}) | (Of & {
    readonly type: "retry";
    readonly provider: string;
    readonly failure: Failure;
    readonly delayMs: number;
    readonly next: number;
}) | (Of & {
    readonly type: "retry-suppressed";
    readonly provider: string;
    readonly failure: Failure;
    readonly why: "budget" | "deadline" | "wait-too-long";
}) | (Of & {
    readonly type: "failover";
    readonly from: string;
    readonly to: string;
    readonly failure: Failure;
    readonly recipients: number;
}) | (Of & {
    readonly type: "wait";
    readonly delayMs: number;
}) | (Of & {
    readonly type: "breaker";
    readonly provider: string;
    readonly state: BreakerState;
    readonly failure?: Failure;
    readonly reopenAt?: number;
}) | (Of & {
    readonly type: "journal-lost";
    readonly provider: string;
    readonly attempt: string;
}) | (Of & {
    readonly type: "delivery";
    readonly delivery: Delivery;
    readonly ms: number;
});
export type Observer = (event: RelaisEvent) => void;
export {};

// failure.ts
import type { Behind, Rejection } from "./outcome.ts";
export declare const failureKinds: readonly ["transient", "throttled", "deferred", "misconfigured", "refused", "rejected", "unknown", "skipped", "cancelled"];
export type FailureKind = (typeof failureKinds)[number];
export interface Failure extends Behind {
    readonly success: false;
    readonly provider: string;
    readonly kind: FailureKind;
    readonly reason: string;
    readonly code?: string;
    readonly retryAfterMs?: number;
    readonly again?: false;
    readonly definite?: true;
    readonly accepted?: readonly string[];
    readonly rejected?: readonly Rejection[];
}

// journal.ts
import type { Outcome } from "./outcome.ts";
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

// link.ts
import { type Clock } from "./clock.ts";
import { type Dispositions, type Overrides } from "./disposition.ts";
import { type LinkStatus, type Policy } from "./policy.ts";
import type { Provider } from "./provider.ts";
export interface Link extends Provider {
    readonly provider: Provider;
    readonly dispositions: Dispositions;
    readonly overrides: Overrides;
    status(): LinkStatus;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
export declare function isLink(value: unknown): value is Link;
export declare function link(provider: Provider, ...policies: readonly Policy[]): Link;
export declare function makeLink(provider: Provider, policies: readonly Policy[], clock: Clock): Link;

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

// message/alternatives.ts
import { type ContentInput } from "./content.ts";
import type { Limits } from "./limits.ts";
import type { Alternative, CalendarEvent } from "./message.ts";
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

// message/attachments.ts
import { type ContentInput } from "./content.ts";
import type { Limits } from "./limits.ts";
import type { Attachment } from "./message.ts";
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
export declare function cleanMediaType(written: string): string | undefined;
export declare function readAttachments(value: unknown, limits: Limits): Promise<readonly Attachment[]>;

// message/content.ts
import type { Limits } from "./limits.ts";
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
import { type AlternativeInput, type CalendarInput } from "./alternatives.ts";
import { type AttachmentInput } from "./attachments.ts";
import { type ContentInput } from "./content.ts";
import { type DeliveryStatusInput } from "./delivery-status.ts";
import { type EnvelopeInput } from "./envelope-field.ts";
import { type HeadersInput } from "./headers.ts";
import { type ListInput } from "./known-headers.ts";
import { type Limits } from "./limits.ts";
import type { Message } from "./message.ts";
import { type RawInput } from "./raw-message.ts";
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
    readonly attachments?: AttachmentInput | readonly (AttachmentInput | null | undefined)[] | null | undefined;
    readonly headers?: HeadersInput | null | undefined;
    readonly list?: ListInput | null | undefined;
    readonly priority?: string | null | undefined;
    readonly xMailer?: string | false | null | undefined;
    readonly dsn?: DeliveryStatusInput | false | null | undefined;
    readonly id?: Text;
    readonly messageId?: string | null | undefined;
    readonly tags?: Readonly<Record<string, string | number | boolean | null | undefined>> | null | undefined;
    readonly date?: Date | string | number | null | undefined;
    readonly envelope?: EnvelopeInput | null | undefined;
    readonly raw?: RawInput | null | undefined;
}
export interface MessageOptions {
    readonly limits?: Partial<Limits>;
    readonly defaultFrom?: AddressInput | undefined;
    readonly now?: number;
}
export declare function isMessage(value: unknown): value is Message;
export declare function createMessage(input: MessageInput, options?: MessageOptions): Promise<Message>;
export {};

// message/delivery-status.ts
import type { DeliveryStatusRequest } from "./message.ts";
export interface DeliveryStatusInput {
    readonly return?: string | null | undefined;
    readonly ret?: string | null | undefined;
    readonly id?: string | null | undefined;
    readonly envid?: string | null | undefined;
    readonly notify?: string | readonly string[] | null | undefined;
    readonly recipient?: string | null | undefined;
    readonly orcpt?: string | null | undefined;
}
export declare function deliveryStatus(value: unknown): DeliveryStatusRequest | undefined;

// message/envelope-field.ts
import { type Address } from "./address.ts";
import { type AddressInput } from "./address-list.ts";
import type { Envelope } from "./envelope.ts";
import type { Limits } from "./limits.ts";
export interface EnvelopeInput {
    readonly from?: AddressInput | null | undefined;
    readonly to?: AddressInput | null | undefined;
    readonly cc?: AddressInput | null | undefined;
    readonly bcc?: AddressInput | null | undefined;
}
export declare function envelopeField(value: unknown, sender: Address, everybody: readonly Address[], limits: Limits): Envelope;

// message/envelope.ts
export interface Envelope {
    readonly from: string;
    readonly to: readonly string[];
}

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

// message/invalid-message.ts
export declare class InvalidMessage extends Error {
    readonly name = "InvalidMessage";
    readonly field: string;
    constructor(field: string, fault: string);
}

// message/known-headers.ts
type Url = string | {
    readonly url: string;
    readonly comment?: string | null | undefined;
};
export type ListInput = Readonly<Record<string, Url | readonly (Url | readonly Url[])[] | null | undefined>>;
export declare function listHeaders(value: unknown): (readonly [string, string])[];
export declare function priorityHeaders(value: unknown): (readonly [string, string])[];
export {};

// message/limits.ts
export interface Limits {
    readonly maxRecipients: number;
    readonly maxBytes: number;
    readonly maxAttachments: number;
    readonly allowFiles: boolean;
    readonly strictNames: boolean;
}
export declare const defaultLimits: Limits;

// message/message.ts
import type { Address } from "./address.ts";
import type { Envelope } from "./envelope.ts";
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
export interface DeliveryStatusRequest {
    readonly return?: "full" | "headers";
    readonly id?: string;
    readonly notify?: readonly ("never" | "success" | "failure" | "delay")[];
    readonly recipient?: string;
}
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
    readonly dsn?: DeliveryStatusRequest;
    readonly tags: Readonly<Record<string, string>>;
    readonly envelope: Envelope;
    readonly contentBytes: number;
    readonly raw?: Uint8Array;
}

// message/raw-message.ts
import { type AddressInput } from "./address-list.ts";
import { type ContentInput } from "./content.ts";
import { type Limits } from "./limits.ts";
import type { Message } from "./message.ts";
export type RawInput = ContentInput | {
    readonly content?: ContentInput | undefined;
    readonly encoding?: string | undefined;
    readonly path?: string | undefined;
};
interface RawOptions {
    readonly limits?: Partial<Limits>;
    readonly defaultFrom?: AddressInput | undefined;
    readonly now?: number;
}
export declare function rawMessage(given: unknown, other: object, options: RawOptions): Promise<Message>;
export {};

// outcome.ts
import type { Failure } from "./failure.ts";
export interface Rejection {
    readonly address: string;
    readonly failure: Failure;
}
export interface Behind {
    readonly receipts?: readonly Receipt[];
    readonly failures?: readonly Failure[];
    readonly possibleDuplicate?: true;
}
export interface Receipt extends Behind {
    readonly success: true;
    readonly provider: string;
    readonly messageId: string;
    readonly accepted: readonly string[];
    readonly rejected: readonly Rejection[];
    readonly response?: string;
}
export type Outcome = Receipt | Failure;

// policies/breaker.ts
import { type Policy, type TimedOptions } from "../policy.ts";
export interface BreakerOptions extends TimedOptions {
    readonly failureRate?: number | undefined;
    readonly minimumCalls?: number | undefined;
    readonly windowMs?: number | undefined;
    readonly resetMs?: number | undefined;
    readonly maxResetMs?: number | undefined;
    readonly maxRestMs?: number | undefined;
}
export declare function breaker(options?: BreakerOptions): Policy;

// policies/concurrency.ts
import { type Policy, type TimedOptions } from "../policy.ts";
export interface ConcurrencyOptions extends TimedOptions {
    readonly messages?: number | undefined;
    readonly bytes?: number | undefined;
    readonly queue?: number | undefined;
}
export declare function concurrency(options?: ConcurrencyOptions): Policy;

// policies/overrides.ts
import { type Overrides } from "../disposition.ts";
import { type Policy } from "../policy.ts";
export declare function overrides(changes: Overrides): Policy;

// policies/rate-limit.ts
import { type Policy, type TimedOptions } from "../policy.ts";
export interface RateLimitOptions extends TimedOptions {
    readonly perSecond?: number | undefined;
    readonly perDay?: number | undefined;
    readonly fromProvider?: boolean | undefined;
    readonly count?: "messages" | "recipients" | undefined;
    readonly maxWaitMs?: number | undefined;
}
export declare function rateLimit(options: RateLimitOptions): Policy;

// policies/retry.ts
import { type Policy, type TimedOptions } from "../policy.ts";
export interface RetryOptions extends TimedOptions {
    readonly attempts?: number | undefined;
    readonly baseMs?: number | undefined;
    readonly capMs?: number | undefined;
    readonly budget?: number | undefined;
    readonly refill?: number | undefined;
    readonly random?: (() => number) | undefined;
}
export declare function retry(options?: RetryOptions): Policy;

// policies/timeout.ts
import { type Policy, type TimedOptions } from "../policy.ts";
export interface TimeoutOptions extends TimedOptions {
    readonly ms: number;
    readonly afterHandOverMs?: number | undefined;
}
export declare function timeout(options: TimeoutOptions): Policy;

// policy.ts
import type { Clock } from "./clock.ts";
import type { Dispositions, Overrides } from "./disposition.ts";
import type { BreakerState } from "./event.ts";
import type { Message } from "./message/message.ts";
import type { Outcome } from "./outcome.ts";
import type { Provider, SendContext } from "./provider.ts";
export type Send = (message: Message, context: SendContext) => Promise<Outcome>;
export interface LinkSite {
    readonly provider: Provider;
    readonly dispositions: Dispositions;
    report(name: string, status: () => unknown): void;
    onClose(run: () => void): void;
}
export interface Policy {
    (next: Send, site: LinkSite): Send;
    readonly overrides?: Overrides;
}
export declare function ownPolicy(policy: Policy): Policy;
export declare const allSettle: (policies: readonly Policy[]) => boolean;
export declare function settling(send: Send): Send;
export declare const isSettling: (send: Send) => boolean;
export interface LinkStatus {
    readonly breaker?: BreakerStatus;
    readonly retry?: {
        readonly budget: number;
    };
    readonly concurrency?: {
        readonly inFlight: number;
        readonly waiting: number;
    };
    readonly rateLimit?: {
        readonly limits: readonly LimitStatus[];
    };
    readonly [name: string]: unknown;
}
export interface LimitStatus {
    readonly limit: string;
    readonly per: "second" | "day" | "quota";
    readonly most: number;
    readonly used: number;
}
export interface BreakerStatus {
    readonly state: BreakerState;
    readonly reopenAt?: number;
    readonly restUntil?: number;
}
export interface TimedOptions {
    readonly clock?: Clock | undefined;
}

// provider-limits.ts
import type { Envelope } from "./message/envelope.ts";
import type { Message } from "./message/message.ts";
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

// provider.ts
import type { Envelope } from "./message/envelope.ts";
import type { Message } from "./message/message.ts";
import type { Outcome } from "./outcome.ts";
import type { ProviderLimits } from "./provider-limits.ts";
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

// scope.ts
import type { Attempt } from "./attempt.ts";
import type { Observer } from "./event.ts";
import type { Journal } from "./journal.ts";
import type { Outcome } from "./outcome.ts";
export interface AttemptState {
    readonly provider: string;
    readonly to: readonly string[];
    readonly isCrossing: boolean;
    readonly crossed: boolean;
    readonly passedOn: boolean;
    readonly isVoid: boolean;
    readonly outcome: Outcome | undefined;
    abandon(): void;
}
export interface DeliveryScope {
    readonly observe?: Observer | undefined;
    readonly journal?: Journal | undefined;
    readonly deadlineAt: number;
    nextAttempt(attempt?: AttemptState, n?: number): number;
    record(attempt: Attempt, outcome: Outcome): void;
}

// send-options.ts
import { type Journal } from "./journal.ts";
import type { Envelope } from "./message/envelope.ts";
import type { DeliveryScope } from "./scope.ts";
export interface SendOptions {
    readonly signal?: AbortSignal | undefined;
    readonly journal?: Journal | undefined;
    readonly envelope?: Envelope | undefined;
    readonly handOver?: (() => Promise<void>) | undefined;
    readonly scope?: DeliveryScope | undefined;
}
export declare function soundOptions(given: unknown): SendOptions;

// skip.ts
import type { Failure } from "./failure.ts";
import type { Message } from "./message/message.ts";
import type { SendContext } from "./provider.ts";
export type SkipCode = "breaker-open" | "resting" | "rate-limit" | "daily-limit" | "queue-full" | "over-limit";
export interface Skip {
    readonly code: SkipCode;
    readonly kind?: "skipped" | "refused" | undefined;
    readonly reason: string;
    readonly retryAfterMs?: number | undefined;
    readonly at: number;
}
export declare function skip(provider: string, message: Message, context: Pick<SendContext, "scope" | "envelope">, why: Skip): Failure;

// standard-policies.ts
import type { Overrides } from "./disposition.ts";
import { type BreakerOptions } from "./policies/breaker.ts";
import { type ConcurrencyOptions } from "./policies/concurrency.ts";
import { type RateLimitOptions } from "./policies/rate-limit.ts";
import { type RetryOptions } from "./policies/retry.ts";
import type { Policy, TimedOptions } from "./policy.ts";
export interface StandardOptions extends TimedOptions {
    readonly retry?: RetryOptions | false | undefined;
    readonly breaker?: BreakerOptions | false | undefined;
    readonly timeoutMs?: number | undefined;
    readonly afterHandOverMs?: number | undefined;
    readonly rateLimit?: RateLimitOptions | undefined;
    readonly concurrency?: ConcurrencyOptions | undefined;
    readonly overrides?: Overrides | undefined;
}
export declare const standardTimeoutMs: number;
export declare function standardPolicies(options?: StandardOptions): readonly Policy[];

// verify-all.ts
import type { Link } from "./link.ts";
import type { Health, VerifyContext } from "./provider.ts";
export interface ChainHealth extends Health {
    readonly providers: readonly Health[];
}
export declare function verifyAll(id: string, links: readonly Link[], context?: VerifyContext): Promise<ChainHealth>;
