// What @relais/smtp/replies opens. Written by `npm run api`.

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
