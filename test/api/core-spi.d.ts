// What @relais/core/spi opens. Written by `npm run api`.

// spi.ts
export type { Attempt } from "./attempt.ts";
export { checkProxy } from "./check-proxy.ts";
export { type Clock, systemClock } from "./clock.ts";
export { closest } from "./closest.ts";
export type { Delivered, Delivery, Undelivered } from "./delivery.ts";
export type { BreakerState, Observer, RelaisEvent } from "./event.ts";
export { type Failure, type FailureKind, failureKinds } from "./failure.ts";
export { overallKind as aggregateKind } from "./hope.ts";
export { type HttpCall, type HttpConnections, type HttpConnectionsOptions, httpConnections, throughProxy, } from "./http-connections.ts";
export { checkProxy } from "./http-proxy.ts";
export { isLoopback } from "./is-loopback.ts";
export type { Journal, JournalEntry } from "./journal.ts";
export { type FailureParts, failure, type ReceiptParts, receipt } from "./make-outcome.ts";
export { type Address, mailboxKey, needsSmtpUtf8 } from "./message/address.ts";
export { createMessage, type MessageInput, type MessageOptions } from "./message/create-message.ts";
export { decodeWords } from "./message/encoded-words.ts";
export type { Envelope } from "./message/envelope.ts";
export { asciiTags, isStructuredHeader } from "./message/headers.ts";
export { InvalidMessage } from "./message/invalid-message.ts";
export { defaultLimits, type Limits } from "./message/limits.ts";
export type { Alternative, Attachment, CalendarEvent, DeliveryStatusRequest, Message, } from "./message/message.ts";
export { isAbsent } from "./message/text-field.ts";
export { optionSentence, type RawOptionIssue } from "./option-sentence.ts";
export { optionsSchema, type SafeParser } from "./options-schema.ts";
export type { Outcome, Receipt, Rejection } from "./outcome.ts";
export { definePlugin, type OptionIssue, type OptionsSchema, type Plugin, type PluginParts, type PluginTools, pluginContract, pluginFault, } from "./plugin.ts";
export { processLock } from "./process-lock.ts";
export type { Health, Provider, Quota, SendContext, VerifyContext } from "./provider.ts";
export { providerId } from "./provider-id.ts";
export { overLimits, type ProviderLimits, utf8Header } from "./provider-limits.ts";
export { reason } from "./reason.ts";
export { redactor } from "./redactor.ts";
export type { DeliveryScope } from "./scope.ts";
export { sleep } from "./sleep.ts";
export { type Slots, slots } from "./slots.ts";
export { withoutAddresses } from "./without-addresses.ts";

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

// check-proxy.ts
export declare function checkProxy(field: string, value: unknown): void;

// clock.ts
export interface Clock {
    now(): number;
    wallNow?(): number;
    after(delayMs: number, run: () => void): () => void;
}
export declare function wallNow(clock: Clock): number;
export declare function wallAt(clock: Clock, at: number): number;
export declare const systemClock: Clock;

// closest.ts
export declare function closest(word: string, candidates: readonly string[]): string | undefined;

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

// hope.ts
import type { Failure, FailureKind } from "./failure.ts";
export declare function mostHopeful(failures: readonly (Failure | undefined)[]): Failure | undefined;
export declare function overallKind(failures: readonly Failure[]): FailureKind;

// http-connections.ts
import { type ClientRequest, type OutgoingHttpHeaders } from "node:http";
export interface HttpConnectionsOptions {
    readonly maxConnections: number;
    readonly connectionTimeoutMs: number;
    readonly ca?: string | readonly string[] | undefined;
    readonly proxy?: string | undefined;
}
export interface HttpCall {
    readonly secure: boolean;
    readonly host: string;
    readonly port?: number | undefined;
    readonly method: string;
    readonly path: string;
    readonly headers: OutgoingHttpHeaders;
}
export interface HttpConnections {
    begin(call: HttpCall, signal?: AbortSignal): Promise<ClientRequest>;
    readonly secrets: readonly string[];
    destroy(): void;
}
export declare function throughProxy(thrown: unknown): string;
export declare function httpConnections(options: HttpConnectionsOptions): HttpConnections;

// http-proxy.ts
export interface HttpProxy {
    readonly name: string;
    readonly secure: boolean;
    readonly host: string;
    readonly port: number;
    readonly authorization?: string;
    readonly secrets: readonly string[];
}
export declare function checkProxy(field: string, value: unknown): void;
export declare function httpProxy(url: string): HttpProxy;

// is-loopback.ts
export declare function isLoopback(host: string): boolean;

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

// make-outcome.ts
import type { Failure, FailureKind } from "./failure.ts";
import type { Behind, Outcome, Receipt, Rejection } from "./outcome.ts";
export interface FailureParts {
    readonly provider: string;
    readonly kind: FailureKind;
    readonly reason: string;
    readonly code?: string | undefined;
    readonly retryAfterMs?: number | undefined;
    readonly again?: false | undefined;
    readonly definite?: true | undefined;
    readonly rejected?: readonly Rejection[] | undefined;
}
export declare function withBehind(outcome: Outcome, behind: Behind): Outcome;
export declare function failure(parts: FailureParts): Failure;
export interface ReceiptParts {
    readonly provider: string;
    readonly messageId: string;
    readonly accepted: readonly string[];
    readonly rejected?: readonly Rejection[] | undefined;
    readonly response?: string | undefined;
}
export declare function receipt(parts: ReceiptParts): Receipt;

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

// message/encoded-words.ts
export declare function decodeWords(text: string): string;

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

// message/text-field.ts
export declare function isAbsent(value: unknown): value is null | undefined | "" | readonly [];
export declare function oneLine(text: string): string | undefined;
export declare function addressText(field: string, text: string, maxCharacters: number): string;
export declare function headerText(field: string, value: unknown, maxCharacters?: number): string;
export declare function bodyText(field: string, value: unknown, maxCharacters: number): string;

// option-sentence.ts
export interface RawOptionIssue {
    readonly code?: string | undefined;
    readonly expected?: string | undefined;
    readonly input?: unknown;
    readonly keys?: readonly string[] | undefined;
    readonly values?: readonly unknown[] | undefined;
    readonly minimum?: number | bigint | undefined;
    readonly maximum?: number | bigint | undefined;
    readonly origin?: string | undefined;
    readonly inst?: unknown;
}
export declare function optionSentence(issue: RawOptionIssue): string | undefined;

// options-schema.ts
import { optionSentence } from "./option-sentence.ts";
import type { OptionIssue, OptionsSchema } from "./plugin.ts";
export interface SafeParser {
    safeParse(value: unknown, how: {
        readonly error: typeof optionSentence;
    }): {
        readonly success: true;
        readonly data: unknown;
    } | {
        readonly success: false;
        readonly error: {
            readonly issues: readonly OptionIssue[];
        };
    };
}
export declare function optionsSchema<Options>(load: () => Promise<SafeParser>, check: (options: Options) => void): OptionsSchema<Options>;

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

// plugin.ts
import type { Provider } from "./provider.ts";
export declare const pluginContract = 1;
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

// process-lock.ts
export declare function processLock(path: string): (() => void) | undefined;

// provider-id.ts
export declare const isProviderId: (value: unknown) => value is string;
export declare function providerId(field: string, value: unknown): string;

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

// reason.ts
export declare function reason(text: string, maxCharacters?: number): string;

// redactor.ts
export declare function redactor(secrets: Iterable<string | undefined>): (text: string) => string;

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

// sleep.ts
import type { Clock } from "./clock.ts";
export declare function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<boolean>;

// slots.ts
export interface Slots {
    take(weight: number, signal?: AbortSignal): Promise<(() => void) | undefined>;
    readonly waiting: number;
    readonly taken: number;
}
export declare function slots(capacity: number): Slots;

// without-addresses.ts
export declare function withoutAddresses(text: string): string;
