// What relais opens. Written by `npm run api`.

// index.ts
export * from "@relais/core";
export { type SesCredentials, type SesOptions, ses } from "@relais/ses";
export { type SmtpOptions, smtp } from "@relais/smtp";
export { chainFromEnv } from "./chain-from-env.ts";
export { type LoadedChain, type LoadOptions, loadChain } from "./config/load-chain.ts";
export { parseDsn } from "./config/parse-dsn.ts";
export { type ChainEntry, type ChainRules, defineConfig, type Entry, type ProviderEntry, type RateLimitEntry, type RelaisConfig, } from "./config/relais-config.ts";
export { ConfigurationError } from "./configuration-error.ts";
export { closeEmail, type EmailSent, sendEmail } from "./send-email.ts";
export type { Environment } from "./settings-reader.ts";

// chain-from-env.ts
import { type Chain, type ChainOptions } from "@relais/core";
import { type Environment } from "./settings-reader.ts";
export declare function chainFromEnv(env?: Environment, options?: ChainOptions): Chain;

// config/load-chain.ts
import type { Chain, ChainOptions } from "@relais/core";
import type { RelaisConfig } from "./relais-config.ts";
export interface LoadOptions {
    readonly file?: string | undefined;
    readonly config?: RelaisConfig | undefined;
    readonly dsn?: string | undefined;
    readonly name?: string | undefined;
    readonly cwd?: string | undefined;
    readonly env?: Readonly<Record<string, string | undefined>> | undefined;
    readonly observers?: ChainOptions["observers"];
    readonly journal?: ChainOptions["journal"];
}
export interface LoadedChain extends Chain {
    readonly file: string | undefined;
    effective(): unknown;
    reload(): Promise<void>;
}
export declare function loadChain(options?: LoadOptions): Promise<LoadedChain>;

// config/parse-dsn.ts
import type { RelaisConfig } from "./relais-config.ts";
export declare function parseDsn(dsn: string): RelaisConfig;

// config/relais-config.ts
import type { BreakerOptions, ConcurrencyOptions, FailureKind, Overrides, RetryOptions } from "@relais/core";
type InFile<T> = Omit<T, "clock" | "random">;
export interface ProviderEntry {
    readonly use: string;
    readonly id?: string;
    readonly options?: Readonly<Record<string, unknown>>;
    readonly retry?: boolean | InFile<RetryOptions>;
    readonly breaker?: boolean | InFile<BreakerOptions>;
    readonly timeoutMs?: number;
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
    readonly keepSentForMs?: number;
}
export interface RelaisConfig extends ChainRules {
    readonly $schema?: string;
    readonly chain?: readonly Entry[];
    readonly outbox?: OutboxEntry;
    readonly chains?: Readonly<Record<string, readonly Entry[] | (ChainRules & {
        readonly chain: readonly Entry[];
    })>>;
}
export declare function defineConfig(config: RelaisConfig): RelaisConfig;
export {};

// configuration-error.ts
export declare class ConfigurationError extends Error {
    readonly name = "ConfigurationError";
    readonly problems: readonly string[];
    constructor(problems: readonly string[]);
}

// send-email.ts
import type { MessageInput } from "@relais/core";
export type EmailSent = {
    readonly success: true;
    readonly provider: string;
    readonly messageId: string;
} | {
    readonly success: false;
    readonly error: string;
};
export declare function sendEmail(payload: MessageInput): Promise<EmailSent>;
export declare function closeEmail(): Promise<void>;

// settings-reader.ts
export type Environment = Readonly<Record<string, string | undefined>>;
export interface SettingsReader {
    text(name: string): string | undefined;
    has(name: string): boolean;
    flag(name: string): boolean | undefined;
    port(name: string): number | undefined;
    problem(sentence: string): void;
    readonly problems: readonly string[];
}
export declare function settingsReader(env: Environment): SettingsReader;
