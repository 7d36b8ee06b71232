// What @relais/smtp opens. Written by `npm run api`.

// index.ts
export type { SmtpAuth, SmtpOAuth2, SmtpPassword } from "./options/auth-options.ts";
export type { SmtpDkim } from "./options/dkim-options.ts";
export type { SmtpOptions, SmtpPool, SmtpTls, SmtpVerp } from "./options/options.ts";
export { plugin as default } from "./plugin.ts";
export { type About, type Explanation, explainReply, type Phase, type Phrase, phases, phrases, type Remedy, type ReplyRule, replyRules, type WireRule, wireRules, } from "./replies.ts";
export { smtp } from "./smtp.ts";

// options/auth-options.ts
import { option } from "@relais/core/spi";
declare const passwordFields: {
    type: option.Field<"login", "login">;
    user: option.Field<string, string> & option.Required;
    pass: option.Field<string, string> & option.Required;
    method: option.Field<"CRAM-MD5" | "LOGIN" | "PLAIN", "CRAM-MD5" | "LOGIN" | "PLAIN">;
};
export interface SmtpPassword extends option.RequiredOptions<typeof passwordFields>, option.OptionalOptions<typeof passwordFields> {
}
type ProvideToken = (user: string, renew: boolean) => Promise<string | {
    accessToken: string;
    expires?: number;
}>;
declare const oauth2Fields: {
    type: option.Field<"OAuth2", "OAuth2"> & option.Required;
    user: option.Field<string, string> & option.Required;
    accessToken: option.Field<string, string>;
    expires: option.Field<number, number>;
    clientId: option.Field<string, string>;
    clientSecret: option.Field<string, string>;
    refreshToken: option.Field<string, string>;
    accessUrl: option.Field<string, string>;
    scope: option.Field<string, string>;
    serviceClient: option.Field<string, string>;
    privateKey: option.Field<string, string>;
    provideToken: option.Field<ProvideToken, ProvideToken>;
};
export interface SmtpOAuth2 extends option.RequiredOptions<typeof oauth2Fields>, option.OptionalOptions<typeof oauth2Fields> {
}
export type SmtpAuth = SmtpPassword | SmtpOAuth2;
export declare const auth: option.Field<SmtpOAuth2 | SmtpPassword, SmtpOAuth2 | SmtpPassword>;
export declare function checkLogin(login: SmtpAuth): void;
export {};

// options/dkim-options.ts
import type { KeyObject } from "node:crypto";
import { option } from "@relais/core/spi";
declare const dkimFields: {
    domainName: option.Field<string, string> & option.Required;
    keySelector: option.Field<string, string> & option.Required;
    privateKey: option.Field<string, KeyObject> & option.Required;
    headerFieldNames: option.Field<string, string[]>;
    extraFields: option.Field<string, string[]>;
    skipFields: option.Field<string, string[]>;
};
export interface SmtpDkim extends option.RequiredOptions<typeof dkimFields>, option.OptionalOptions<typeof dkimFields> {
}
export interface CheckedKey extends option.Checked<typeof dkimFields> {
}
export declare const dkim: option.Field<readonly SmtpDkim[] | SmtpDkim, CheckedKey | readonly CheckedKey[]>;
export interface DkimSettings {
    readonly domainName: string;
    readonly keySelector: string;
    readonly privateKey: KeyObject;
    readonly fields: readonly string[];
}
export declare function dkimSettings(keys: CheckedKey | readonly CheckedKey[] | undefined, host: string): readonly DkimSettings[];
export {};

// options/options.ts
import { type ConnectionOptions } from "node:tls";
import { option } from "@relais/core/spi";
import { type DkimSettings } from "./dkim-options.ts";
declare const tlsFields: {
    ca: option.Field<string | (string | Buffer<ArrayBufferLike>)[] | Buffer<ArrayBufferLike> | undefined, string | (string | Buffer<ArrayBufferLike>)[] | Buffer<ArrayBufferLike> | undefined>;
    cert: option.Field<string | (string | Buffer<ArrayBufferLike>)[] | Buffer<ArrayBufferLike> | undefined, string | (string | Buffer<ArrayBufferLike>)[] | Buffer<ArrayBufferLike> | undefined>;
    key: option.Field<string | (string | Buffer<ArrayBufferLike> | import("tls").KeyObject)[] | Buffer<ArrayBufferLike> | undefined, string | (string | Buffer<ArrayBufferLike> | import("tls").KeyObject)[] | Buffer<ArrayBufferLike> | undefined>;
    pfx: option.Field<string | (string | Buffer<ArrayBufferLike> | import("tls").PxfObject)[] | Buffer<ArrayBufferLike> | undefined, string | (string | Buffer<ArrayBufferLike> | import("tls").PxfObject)[] | Buffer<ArrayBufferLike> | undefined>;
    passphrase: option.Field<string | undefined, string | undefined>;
    ciphers: option.Field<string | undefined, string | undefined>;
    minVersion: option.Field<import("tls").SecureVersion | undefined, import("tls").SecureVersion | undefined>;
    maxVersion: option.Field<import("tls").SecureVersion | undefined, import("tls").SecureVersion | undefined>;
    servername: option.Field<string, string>;
    rejectUnauthorized: option.Field<boolean, boolean>;
};
export interface SmtpTls extends Readonly<Pick<ConnectionOptions, keyof typeof tlsFields>> {
}
declare const poolFields: {
    maxConnections: option.Field<number, number>;
    maxMessages: option.Field<number, number>;
    idleTimeoutMs: option.Field<number, number>;
};
export interface SmtpPool extends option.RequiredOptions<typeof poolFields>, option.OptionalOptions<typeof poolFields> {
}
declare const verpFields: {
    address: option.Field<string, string> & option.Required;
    secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
};
export interface SmtpVerp extends option.RequiredOptions<typeof verpFields>, option.OptionalOptions<typeof verpFields> {
}
declare const smtpFields: {
    id: option.Field<string, string>;
    host: option.Field<string, string> & option.Required;
    port: option.Field<number, number>;
    secure: option.Field<boolean, boolean>;
    requireTLS: option.Field<boolean, boolean>;
    ignoreTLS: option.Field<boolean, boolean>;
    tls: option.Field<SmtpTls, SmtpTls>;
    allowInsecureTls: option.Field<boolean, boolean>;
    auth: option.Field<import("./auth-options.ts").SmtpOAuth2 | import("./auth-options.ts").SmtpPassword, import("./auth-options.ts").SmtpOAuth2 | import("./auth-options.ts").SmtpPassword>;
    name: option.Field<string, string>;
    localAddress: option.Field<string, string>;
    proxy: option.Field<string, string>;
    pool: option.Field<boolean | SmtpPool, boolean | SmtpPool>;
    dkim: option.Field<readonly import("./dkim-options.ts").SmtpDkim[] | import("./dkim-options.ts").SmtpDkim, import("./dkim-options.ts").CheckedKey | readonly import("./dkim-options.ts").CheckedKey[]>;
    verp: option.Field<option.RequiredOptions<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }> & option.OptionalOptions<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }>, option.Checked<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }>>;
    connectionTimeoutMs: option.Field<number, number>;
    greetingTimeoutMs: option.Field<number, number>;
    socketTimeoutMs: option.Field<number, number>;
    dnsTimeoutMs: option.Field<number, number>;
    maxResponseBytes: option.Field<number, number>;
};
export interface SmtpOptions extends option.RequiredOptions<typeof smtpFields>, option.OptionalOptions<typeof smtpFields> {
}
interface CheckedOptions extends option.Checked<typeof smtpFields> {
}
export declare const smtpOptions: option.Field<SmtpOptions, CheckedOptions>;
type Further = "auth" | "name" | "localAddress" | "proxy" | "verp";
export interface Settings extends Pick<CheckedOptions, Further>, Omit<Required<CheckedOptions>, Further | "allowInsecureTls" | "tls" | "pool" | "dkim"> {
    readonly tls: ConnectionOptions;
    readonly pool: PoolSettings;
    readonly dkim: readonly DkimSettings[];
}
export type PoolSettings = Required<option.Checked<typeof poolFields>>;
export declare function checkOptions(value: SmtpOptions): Settings;
export {};

// plugin.ts
import { type Plugin } from "@relais/core/spi";
import { type SmtpOptions } from "./options/options.ts";
export declare const plugin: Plugin<SmtpOptions>;

// replies.ts
export { type Explanation, explainReply, type Reply } from "./replies/explain-reply.ts";
export { findWireRule, type WireRule, wireRules } from "./replies/network-errors.ts";
export { type ParsedError, parseError, phaseOf } from "./replies/parse-error.ts";
export { type Phrase, phrases } from "./replies/reply-patterns.ts";
export { type About, type Phase, phases, type Remedy, type ReplyRule, replyRules, } from "./replies/reply-rules.ts";

// replies/explain-reply.ts
import type { FailureKind } from "@relais/core/spi";
import { type Phrase } from "./reply-patterns.ts";
import { type About, type Phase, type Remedy, type ReplyRule } from "./reply-rules.ts";
export interface Explanation {
    readonly kind: FailureKind;
    readonly code: string;
    readonly because: string;
    readonly source: string;
    readonly about: About;
    readonly rule: ReplyRule;
    readonly retryable?: false;
    readonly remedy?: Remedy;
    readonly retryAfterMs?: number;
    readonly phrase?: Phrase;
    readonly reply: Reply;
}
export interface Reply {
    readonly code: number;
    readonly enhanced?: string;
    readonly text: string;
    readonly line: string;
}
export declare function explainReply(text: string, phase?: Phase): Explanation | undefined;

// replies/network-errors.ts
import type { FailureKind } from "@relais/core/spi";
import type { ParsedError } from "./parse-error.ts";
import type { About } from "./reply-rules.ts";
export interface WireRule {
    readonly code: string;
    readonly kind: FailureKind;
    readonly about: About;
    readonly retryable?: false;
    readonly reason: string;
    readonly source: string;
}
export declare const wireRules: readonly WireRule[];
export declare function findWireRule(codes: readonly (string | undefined)[]): WireRule | undefined;
export declare function isTransientTokenError({ code, originalCode, message, response }: ParsedError): boolean;

// replies/parse-error.ts
import type { Phase } from "./reply-rules.ts";
export interface ParsedError {
    readonly code?: string;
    readonly originalCode?: string;
    readonly timeoutType?: string;
    readonly command?: string;
    readonly response?: string;
    readonly message: string;
    readonly recipient?: string;
    readonly rejectedErrors: readonly unknown[];
}
export declare function parseError(thrown: unknown): ParsedError;
export declare function phaseOf({ code, command }: ParsedError): Phase | undefined;

// replies/reply-patterns.ts
export interface Phrase {
    readonly means: "daily-quota" | "too-fast" | "paused" | "messages-of-connection" | "connections" | "greylisted" | "receives-too-much" | "mailbox-full" | "too-many-recipients" | "separate-recipient" | "relay-denied" | "name-refused" | "sender" | "policy" | "moved" | "no-such-host" | "edge-blocked" | "no-such-user";
    readonly pattern: RegExp;
    readonly source: string;
    readonly waitMs?: number;
}
export declare const phrases: readonly Phrase[];

// replies/reply-rules.ts
import type { FailureKind } from "@relais/core/spi";
import type { Phrase } from "./reply-patterns.ts";
export declare const phases: readonly ["greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot"];
export type Phase = (typeof phases)[number];
export type About = "account" | "identity" | "message" | "recipient" | "passing";
export type Remedy = "reconnect" | "fewer-connections" | "fewer-recipients";
export interface ReplyRule {
    readonly phases?: readonly Phase[];
    readonly codes: readonly string[];
    readonly enhanced?: readonly string[];
    readonly phrase?: Phrase["means"];
    readonly kind: FailureKind;
    readonly about: About;
    readonly retryable?: false;
    readonly remedy?: Remedy;
    readonly because: string;
    readonly source: string;
}
export declare const replyRules: readonly ReplyRule[];

// smtp.ts
import { type Provider } from "@relais/core/spi";
import { type SmtpOptions } from "./options/options.ts";
export declare function smtp(options: SmtpOptions): Provider;
