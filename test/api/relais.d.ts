// What relais opens. Written by `npm run api`.

// index.ts
export * from "@relais/core";
export { type SesCredentials, type SesOptions, ses } from "@relais/ses";
export { type SmtpOptions, smtp } from "@relais/smtp";
export { type LoadedChain, type LoadOptions, loadChain } from "./config/load-chain.ts";
export { parseDsn } from "./config/parse-dsn.ts";
export { type AnyPlugin, type ChainEntry, type ChainRules, defineConfig, type Entry, type ProviderEntry, type ProviderFactory, type RateLimitEntry, type RelaisConfig, } from "./config/relais-config.ts";
export { diagnosticsObserver } from "./diagnostics-observer.ts";
export { chainFromEnv } from "./environment/chain-from-env.ts";
export { closeEmail, type EmailAccepted, type EmailNotAccepted, type EmailSent, sendEmail, setEmailChain, } from "./environment/send-email.ts";
export { ConfigurationError, type Environment } from "./environment/settings-reader.ts";
export { type EmailNoticeParts, emailNotice } from "./notices/email-notice.ts";
export type { Notice, Notify } from "./notices/notice.ts";
export { type NoticeObserver, type NoticeOptions, noticeObserver } from "./notices/notice-observer.ts";
export { type WebhookOptions, webhook } from "./notices/webhook.ts";
export { withText } from "./with-text.ts";

// config/load-chain.ts
import type { Chain, ChainOptions } from "@relais/core";
import type { ConfigSource } from "./relais-config.ts";
export interface LoadOptions extends ConfigSource {
    readonly name?: string | undefined;
    readonly observers?: ChainOptions["observers"];
    readonly journal?: ChainOptions["journal"];
    readonly prepare?: ChainOptions["prepare"];
}
export interface LoadedChain extends Chain {
    readonly file: string | undefined;
    readonly from: string | undefined;
    effective(): unknown;
    reload(): Promise<void>;
}
export declare function loadChain(options?: LoadOptions): Promise<LoadedChain>;

// config/parse-dsn.ts
import type { RelaisConfig } from "./relais-config.ts";
export declare const httpApis: {
    readonly resend: "apiKey";
    readonly postmark: "serverToken";
    readonly sendgrid: "apiKey";
    readonly mailgun: "apiKey";
    readonly brevo: "apiKey";
};
export type HttpApiName = keyof typeof httpApis;
export declare function parseDsn(dsn: string): RelaisConfig;

// config/relais-config.ts
import type { BreakerOptions, ConcurrencyOptions, FailureKind, Overrides, RetryOptions } from "@relais/core";
import type { Plugin, Provider } from "@relais/core/spi";
type InFile<T> = Omit<T, "clock" | "random">;
export type AnyPlugin = Plugin<any>;
export type ProviderFactory = (options: any) => Provider;
export interface ProviderEntry {
    readonly use: string | AnyPlugin | ProviderFactory;
    readonly id?: string;
    readonly options?: Readonly<Record<string, unknown>>;
    readonly retry?: boolean | InFile<RetryOptions>;
    readonly breaker?: boolean | InFile<BreakerOptions>;
    readonly timeoutMs?: number;
    readonly afterHandOverMs?: number;
    readonly rateLimit?: "fromProvider" | RateLimitEntry;
    readonly concurrency?: InFile<ConcurrencyOptions>;
    readonly overrides?: Overrides;
}
export interface RateLimitEntry {
    readonly perSecond?: number;
    readonly perDay?: number;
    readonly fromProvider?: boolean;
    readonly count?: "messages" | "recipients";
    readonly maxWaitMs?: number;
}
export interface ChainEntry {
    readonly chain: string | readonly Entry[];
    readonly id?: string;
}
export type Entry = ProviderEntry | ChainEntry;
export interface ChainRules {
    readonly deadlineMs?: number;
    readonly onUnknown?: "stop" | "failover";
    readonly failover?: Readonly<Partial<Record<FailureKind, boolean>>>;
    readonly from?: string;
}
export interface OutboxEntry {
    readonly database?: string;
    readonly folder?: string;
    readonly connections?: number;
    readonly concurrency?: number;
    readonly migrate?: boolean;
    readonly maxBytesInFlight?: number;
    readonly keepSentForMs?: number | "never";
    readonly queryTimeoutMs?: number;
    readonly table?: TableEntry;
}
export interface TableEntry {
    readonly name: string;
    readonly columns?: Readonly<Partial<Record<"id" | "recipient" | "subject" | "body" | "html" | "from" | "status" | "trace" | "claimedAt", string>>>;
    readonly statuses?: Readonly<Partial<Record<"pending" | "sending" | "sent" | "failed" | "unknown", string>>>;
}
export interface FeedbackEntry {
    readonly port?: number;
    readonly host?: string;
    readonly receivers?: Readonly<Record<string, ReceiverEntry>>;
    readonly queues?: readonly Readonly<Record<string, unknown>>[];
    readonly mailbox?: Readonly<Record<string, unknown>>;
    readonly mailboxEveryMs?: number;
    readonly suppression?: SuppressionEntry;
}
export interface ReceiverEntry {
    readonly use?: string;
    readonly options?: Readonly<Record<string, unknown>>;
}
export interface SuppressionEntry {
    readonly softBounces?: number;
    readonly softWindowMs?: number;
    readonly expiresMs?: SuppressionExpiry;
    readonly keepForMs?: number;
    readonly earlyForMs?: number;
}
export interface SuppressionExpiry {
    readonly bounced?: number | "never";
    readonly soft?: number | "never";
    readonly complained?: number | "never";
    readonly unsubscribed?: number | "never";
}
export interface RelaisConfig extends ChainRules {
    readonly $schema?: string;
    readonly chain?: readonly Entry[];
    readonly outbox?: OutboxEntry;
    readonly feedback?: FeedbackEntry;
    readonly chains?: Readonly<Record<string, readonly Entry[] | (ChainRules & {
        readonly chain: readonly Entry[];
    })>>;
}
export interface ConfigSource {
    readonly file?: string | undefined;
    readonly config?: RelaisConfig | undefined;
    readonly dsn?: string | undefined;
    readonly cwd?: string | undefined;
    readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}
export declare function defineConfig(config: RelaisConfig): RelaisConfig;
export {};

// diagnostics-observer.ts
import type { Observer } from "@relais/core";
export declare function diagnosticsObserver(): Observer;

// environment/chain-from-env.ts
import { type Chain, type ChainOptions } from "@relais/core";
import { type Environment } from "./settings-reader.ts";
export declare const noProvider: string;
export declare function chainFromEnv(env?: Environment, options?: ChainOptions): Chain;
export declare function senderFromEnv(env: Environment): string | undefined;

// environment/send-email.ts
import type { Chain, FailureKind, MessageInput } from "@relais/core";
export interface EmailAccepted {
    readonly success: true;
    readonly status: "sent";
    readonly id: string;
    readonly provider: string;
    readonly messageId: string;
    readonly error?: undefined;
    readonly kind?: undefined;
}
export interface EmailNotAccepted {
    readonly success: false;
    readonly status: "failed" | "partial" | "unknown";
    readonly error: string;
    readonly kind: FailureKind;
    readonly id: string;
    readonly retryAt?: number;
    readonly accepted: readonly string[];
    readonly rejected: readonly string[];
}
export type EmailSent = EmailAccepted | EmailNotAccepted;
export declare function setEmailChain(next: Pick<Chain, "send"> | undefined): void;
export declare function sendEmail(payload: MessageInput): Promise<EmailSent>;
export declare function closeEmail(): Promise<void>;

// environment/settings-reader.ts
export declare class ConfigurationError extends Error {
    readonly name = "ConfigurationError";
    readonly problems: readonly string[];
    constructor(problems: readonly string[]);
}
export type Environment = Readonly<Record<string, string | undefined>>;
export interface SettingsReader {
    text(name: string): string | undefined;
    has(name: string): boolean;
    near(name: string): string;
    flag(name: string): boolean | undefined;
    port(name: string): number | undefined;
    quoted(names?: readonly string[]): string | undefined;
    readonly environment: Environment;
    problem(sentence: string): void;
    readonly problems: readonly string[];
}
export declare function settingsReader(env: Environment): SettingsReader;

// notices/email-notice.ts
import type { Chain, MessageInput } from "@relais/core";
import { type Notify } from "./notice.ts";
export type EmailNoticeParts = Pick<MessageInput, "from" | "to" | "cc" | "headers">;
export declare function emailNotice(chain: Pick<Chain, "send">, parts: EmailNoticeParts): Notify;

// notices/notice-observer.ts
import { type FailureKind, type RelaisEvent } from "@relais/core";
import { type Notify } from "./notice.ts";
export interface NoticeOptions {
    readonly notify: Notify;
    readonly quietMs?: number | undefined;
    readonly kinds?: readonly FailureKind[] | undefined;
    readonly timeoutMs?: number | undefined;
    readonly onProblem?: ((problem: string) => unknown) | undefined;
}
export interface NoticeObserver {
    (event: RelaisEvent): void;
    readonly idle: () => Promise<void>;
}
export declare function noticeObserver(options: NoticeOptions): NoticeObserver;

// notices/notice.ts
import type { FailureKind } from "@relais/core";
export interface Notice {
    readonly type: "fallback" | "breaker-open" | "recovered" | "rate" | "unknown";
    readonly at: number;
    readonly chain: string;
    readonly provider: string;
    readonly to?: string;
    readonly kind?: FailureKind;
    readonly code?: string;
    readonly of?: "bounces" | "complaints";
    readonly rate?: number;
    readonly limit?: number;
    readonly message?: string;
    readonly suppressed: number;
    readonly text: string;
}
export type Notify = (notice: Notice, signal: AbortSignal) => unknown;
export declare class NoticeError extends Error {
    readonly name = "NoticeError";
}
export declare function errorText(error: unknown): string;

// notices/webhook.ts
import { type Notice, type Notify } from "./notice.ts";
export interface WebhookOptions {
    readonly timeoutMs?: number | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: ((notice: Notice) => unknown) | undefined;
}
export declare function webhook(url: string | URL, options?: WebhookOptions): Notify;

// with-text.ts
import type { MessageInput } from "@relais/core";
export declare function withText(message: MessageInput): Promise<MessageInput>;
