// What @relais/core opens. Written by `npm run api`.

// index.ts
export type { SkipCode } from "./attempt/skip.ts";
export type { ChainHealth } from "./chain/chain.ts";
export { type Chain, createChain } from "./chain/chain.ts";
export { type Link, link } from "./chain/link.ts";
export type { ChainOptions, SendOptions } from "./chain/options.ts";
export type { SuppressionOptions } from "./chain/suppression.ts";
export type { Attempt, Delivered, Delivery, Undelivered } from "./events/delivery.ts";
export { DeliveryError, unwrap } from "./events/delivery.ts";
export type { BreakerState, ChainEvent, Observer, OutboxEvent, RelaisEvent, WorkerEvent, } from "./events/event.ts";
export type { Journal, JournalEntry } from "./events/journal.ts";
export type { MessageState } from "./events/message-state.ts";
export { describe, formatFailure } from "./failure/format.ts";
export { type Disposition, type Dispositions, dispositions, type FailureKind, failureKinds, type Overrides, type Verdict, } from "./failure/kinds.ts";
export type { Failure, Outcome, Receipt, Rejection } from "./failure/outcome.ts";
export { type BounceType, type FeedbackEvent, type FeedbackResult, type FeedbackStore, type FeedbackType, feedbackTypes, } from "./feedback/event.ts";
export { type MemorySuppression, memorySuppression, type SuppressionEntry, type SuppressionInput, type SuppressionRemoval, } from "./feedback/memory-suppression.ts";
export { type Suppressed, type SuppressionList, type SuppressionReason, type SuppressionScope, suppressionKey, suppressionReasons, } from "./feedback/suppression.ts";
export type { Address } from "./message/address.ts";
export type { AddressInput } from "./message/address-list.ts";
export type { AttachmentInput } from "./message/attachments.ts";
export { createMessage, type MessageInput, type MessageOptions, type Prepare, } from "./message/create-message.ts";
export { InvalidMessage } from "./message/fields.ts";
export type { Alternative, Attachment, CalendarEvent, DeliveryStatusRequest, Envelope, IgnorableSuppression, Limits, Message, Unsubscribe, } from "./message/message.ts";
export type { UnsubscribeInput } from "./message/unsubscribe.ts";
export { type BreakerOptions, breaker } from "./policies/circuit-breaker.ts";
export { type ConcurrencyOptions, concurrency } from "./policies/concurrency.ts";
export { overrides } from "./policies/overrides.ts";
export type { BreakerStatus, LimitStatus, LinkSite, LinkStatus, Policy, TimedOptions, } from "./policies/policy.ts";
export { type RateLimitOptions, rateLimit } from "./policies/rate-limit.ts";
export { type RetryOptions, retry } from "./policies/retry.ts";
export { type StandardOptions, standardPolicies, standardTimeoutMs } from "./policies/standard.ts";
export { type TimeoutOptions, timeout } from "./policies/timeout.ts";
export type { ProviderLimits } from "./provider/limits.ts";
export type { Health, Provider, Quota, Send, SendContext, VerifyContext } from "./provider/provider.ts";
export type { DeliveryScope } from "./provider/scope.ts";
export { type Clock, systemClock } from "./runtime/clock.ts";

// attempt/skip.ts
import { type Failure } from "../failure/outcome.ts";
import type { Message } from "../message/message.ts";
import type { SendContext } from "../provider/provider.ts";
export type SkipCode = "breaker-open" | "resting" | "rate-limit" | "daily-limit" | "queue-full" | "over-limit";
interface SkipReason {
    readonly code: SkipCode;
    readonly kind?: "skipped" | "refused" | undefined;
    readonly reason: string;
    readonly retryAfterMs?: number | undefined;
    readonly at: number;
}
export declare function skip(provider: string, message: Message, context: Pick<SendContext, "scope" | "envelope">, why: SkipReason): Failure;
export {};

// chain/chain.ts
import type { Delivery } from "../events/delivery.ts";
import { type Observer } from "../events/event.ts";
import { type MessageInput } from "../message/create-message.ts";
import type { Message } from "../message/message.ts";
import { type Health, type Provider, type VerifyContext } from "../provider/provider.ts";
import { type Link } from "./link.ts";
import { type ChainOptions, type SendOptions } from "./options.ts";
export interface Chain extends Provider {
    readonly links: readonly Link[];
    readonly observers: readonly Observer[];
    send(message: MessageInput | Message, options?: SendOptions): Promise<Delivery>;
    verify(context?: VerifyContext): Promise<ChainHealth>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
export declare function createChain(links: readonly (Link | Provider)[], options?: ChainOptions): Chain;
export interface ChainHealth extends Health {
    readonly providers: readonly Health[];
}

// chain/link.ts
import { type Dispositions, type Overrides } from "../failure/kinds.ts";
import { type LinkStatus, type Policy } from "../policies/policy.ts";
import { type Provider } from "../provider/provider.ts";
import { type Clock } from "../runtime/clock.ts";
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

// chain/options.ts
import type { Observer } from "../events/event.ts";
import { type Journal } from "../events/journal.ts";
import { type FailureKind } from "../failure/kinds.ts";
import type { SuppressionList } from "../feedback/suppression.ts";
import { type AddressInput } from "../message/address-list.ts";
import type { Prepare } from "../message/create-message.ts";
import { type Envelope, type Limits } from "../message/message.ts";
import type { Policy } from "../policies/policy.ts";
import type { DeliveryScope } from "../provider/scope.ts";
import { type Clock } from "../runtime/clock.ts";
import { type SuppressionOptions, type SuppressionSettings } from "./suppression.ts";
export interface SendOptions {
    readonly signal?: AbortSignal | undefined;
    readonly journal?: Journal | undefined;
    readonly envelope?: Envelope | undefined;
    readonly handOver?: (() => Promise<void>) | undefined;
    readonly tenant?: string | undefined;
    readonly suppression?: SuppressionList | SuppressionOptions | undefined;
    readonly scope?: DeliveryScope | undefined;
}
export interface SendSettings extends SendOptions {
    readonly suppression?: SuppressionSettings | undefined;
}
export declare function parseSendOptions(options: unknown): SendSettings;
export interface UnsubscribeOptions {
    readonly secret: string | readonly string[];
}
export interface ChainOptions {
    readonly id?: string | undefined;
    readonly deadlineMs?: number | undefined;
    readonly onUnknown?: "stop" | "failover" | undefined;
    readonly failover?: Readonly<Partial<Record<FailureKind, boolean>>> | undefined;
    readonly observers?: readonly Observer[] | undefined;
    readonly journal?: Journal | undefined;
    readonly from?: AddressInput | undefined;
    readonly limits?: Partial<Limits> | undefined;
    readonly suppression?: SuppressionList | SuppressionOptions | undefined;
    readonly prepare?: Prepare | undefined;
    readonly correlation?: boolean | undefined;
    readonly unsubscribe?: UnsubscribeOptions | undefined;
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
    readonly prepare: Prepare | undefined;
    readonly correlation: boolean;
    readonly unsubscribeSecret: string | undefined;
    readonly policies: readonly Policy[];
    readonly suppression: SuppressionSettings | undefined;
    readonly clock: Clock;
}
export declare function parseChainOptions(options: ChainOptions): ChainSettings;

// chain/recipient-tracker.ts
import { type Failure, type Outcome, type Receipt } from "../failure/outcome.ts";
export interface RecipientState {
    readonly address: string;
    readonly status: "pending" | "accepted" | "ended";
    readonly failures: readonly (Failure | undefined)[];
    readonly retryAt: readonly (number | undefined)[];
    readonly unknowns: number;
    readonly end?: Failure;
}
export interface FailoverRules {
    shouldFailOver(failure: Failure, index: number): boolean;
    now(): number;
}
export declare class RecipientTracker {
    #private;
    readonly recipients: readonly string[];
    readonly failures: (Failure | undefined)[];
    early: Failure | undefined;
    possibleDuplicate: boolean;
    constructor(recipients: readonly string[], rules: FailoverRules);
    get innerFailures(): readonly (readonly Failure[] | undefined)[];
    get receipts(): readonly Receipt[];
    get fullReceipt(): Receipt | undefined;
    get states(): readonly RecipientState[];
    get pending(): readonly string[];
    isPending(address: string): boolean;
    record(index: number, outcome: Outcome, to: readonly string[]): void;
    recordSoFar(index: number, outcome: Outcome, to: readonly string[]): void;
    endEarly(failures: ReadonlyMap<string, Failure>, all: Failure): void;
    keepPending(to: readonly string[]): void;
}

// chain/suppression.ts
import type { Observer } from "../events/event.ts";
import type { SuppressionList } from "../feedback/suppression.ts";
import type { Message } from "../message/message.ts";
import { type Clock } from "../runtime/clock.ts";
import type { RecipientTracker } from "./recipient-tracker.ts";
export interface SuppressionOptions {
    readonly list: SuppressionList;
    readonly onUnavailable?: "defer" | "send" | undefined;
    readonly timeoutMs?: number | undefined;
}
export type SuppressionSettings = {
    readonly [K in keyof SuppressionOptions]-?: NonNullable<SuppressionOptions[K]>;
};
export declare function suppressionSettings(what: string, option: SuppressionList | SuppressionOptions): SuppressionSettings;
export interface SuppressionContext {
    readonly message: Message;
    readonly tenant: string | undefined;
    readonly tracker: RecipientTracker;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly observe: Observer | undefined;
}
export declare function holdBack(lists: readonly SuppressionSettings[], context: SuppressionContext): Promise<void>;

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

// failure/format.ts
import type { Failure } from "./outcome.ts";
export declare function formatFailure(failure: Failure): string;
export declare function describe(failure: Failure): string;

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

// policies/circuit-breaker.ts
import { type Policy, type TimedOptions } from "./policy.ts";
export interface BreakerOptions extends TimedOptions {
    readonly failureRate?: number | undefined;
    readonly minimumCalls?: number | undefined;
    readonly windowMs?: number | undefined;
    readonly consecutiveTimeouts?: number | undefined;
    readonly resetMs?: number | undefined;
    readonly maxResetMs?: number | undefined;
    readonly maxRestMs?: number | undefined;
}
export declare function breaker(options?: BreakerOptions): Policy;

// policies/concurrency.ts
import { type Policy, type TimedOptions } from "./policy.ts";
export interface ConcurrencyOptions extends TimedOptions {
    readonly messages?: number | undefined;
    readonly bytes?: number | undefined;
    readonly queue?: number | undefined;
}
export declare function concurrency(options?: ConcurrencyOptions): Policy;

// policies/overrides.ts
import { type Overrides } from "../failure/kinds.ts";
import { type Policy } from "./policy.ts";
export declare function overrides(changes: Overrides): Policy;

// policies/policy.ts
import type { BreakerState } from "../events/event.ts";
import type { Dispositions, Overrides } from "../failure/kinds.ts";
import type { Provider, Send } from "../provider/provider.ts";
import type { Clock } from "../runtime/clock.ts";
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
export declare function settlingPolicy(policy: Policy): Policy;
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

// policies/rate-limit.ts
import { type Policy, type TimedOptions } from "./policy.ts";
export interface RateLimitOptions extends TimedOptions {
    readonly perSecond?: number | undefined;
    readonly perDay?: number | undefined;
    readonly fromProvider?: boolean | undefined;
    readonly count?: "messages" | "recipients" | undefined;
    readonly maxWaitMs?: number | undefined;
}
export declare function rateLimit(options: RateLimitOptions): Policy;

// policies/retry.ts
import { type Policy, type TimedOptions } from "./policy.ts";
export interface RetryOptions extends TimedOptions {
    readonly attempts?: number | undefined;
    readonly baseMs?: number | undefined;
    readonly capMs?: number | undefined;
    readonly budget?: number | undefined;
    readonly refill?: number | undefined;
    readonly failover?: "first" | "after-retries" | undefined;
    readonly random?: (() => number) | undefined;
}
export declare function retry(options?: RetryOptions): Policy;
interface Backoff {
    readonly baseMs: number;
    readonly capMs: number;
}
export declare function fullJitterMs(retry: number, backoff: Backoff, random: () => number): number;
interface RetryBudget {
    take(): boolean;
    succeeded(): void;
    refund(): void;
    left(): number;
}
export declare function retryBudget(capacity: number, refill: number): RetryBudget;
export {};

// policies/standard.ts
import type { Overrides } from "../failure/kinds.ts";
import { type BreakerOptions } from "./circuit-breaker.ts";
import { type ConcurrencyOptions } from "./concurrency.ts";
import type { Policy, TimedOptions } from "./policy.ts";
import { type RateLimitOptions } from "./rate-limit.ts";
import { type RetryOptions } from "./retry.ts";
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

// policies/timeout.ts
import { type Policy, type TimedOptions } from "./policy.ts";
export interface TimeoutOptions extends TimedOptions {
    readonly ms: number;
    readonly afterHandOverMs?: number | undefined;
}
export declare function timeout(options: TimeoutOptions): Policy;

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
