// What @relais/testing opens. Written by `npm run api`.

// index.ts
export { type CaptureChain, type CaptureOptions, captureChain, type FailureScript, type RefusalScript, } from "./capture-chain.ts";
export type { CapturedFile, CapturedMail, MailQuery } from "./captured-mail.ts";
export { type MailMatchers, mailMatchers } from "./matchers.ts";

// capture-chain.ts
import { type Chain, type ChainOptions, type FailureKind } from "@relais/core";
import { type CapturedMail, type MailQuery } from "./captured-mail.ts";
export interface FailureScript {
    readonly reason?: string | undefined;
    readonly code?: string | undefined;
    readonly retryAfterMs?: number | undefined;
    readonly times?: number | undefined;
    readonly to?: string | RegExp | undefined;
}
export interface RefusalScript extends Pick<FailureScript, "reason" | "code"> {
    readonly kind?: FailureKind | undefined;
}
export interface CaptureOptions extends ChainOptions {
    readonly provider?: string | undefined;
}
export interface CaptureChain extends Chain {
    readonly sent: readonly CapturedMail[];
    readonly last: CapturedMail | undefined;
    readonly failed: readonly CapturedMail[];
    readonly errors: readonly string[];
    find(query: MailQuery): readonly CapturedMail[];
    next(query?: MailQuery, timeoutMs?: number): Promise<CapturedMail>;
    failWith(kind: FailureKind, script?: FailureScript): void;
    unknown(script?: FailureScript): void;
    rejectRecipients(to: string | RegExp, script?: RefusalScript): void;
    clear(): void;
}
export declare function captureChain(options?: CaptureOptions): CaptureChain;

// captured-mail.ts
import type { Envelope, Message } from "@relais/core";
export interface CapturedFile {
    readonly filename: string | undefined;
    readonly contentType: string | undefined;
    readonly cid: string | undefined;
    readonly content: Buffer;
}
export interface CapturedMail {
    readonly from: string;
    readonly to: readonly string[];
    readonly cc: readonly string[];
    readonly bcc: readonly string[];
    readonly replyTo: readonly string[];
    readonly recipients: readonly string[];
    readonly subject: string;
    readonly text: string;
    readonly html: string;
    readonly attachments: readonly CapturedFile[];
    readonly inlineImages: readonly CapturedFile[];
    attachment(filename: string): CapturedFile;
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
    readonly links: readonly string[];
    readonly codes: readonly string[];
    readonly message: Message;
}
export interface MailQuery {
    readonly to?: string | RegExp | undefined;
    readonly from?: string | RegExp | undefined;
    readonly subject?: string | RegExp | undefined;
    readonly body?: string | RegExp | undefined;
}
export declare function capturedMail(message: Message, { to: recipients }: Envelope): Promise<CapturedMail>;
export declare function fitsAddress(wanted: string | RegExp | undefined, ...values: readonly string[]): boolean;
export declare const checkQuery: (what: string, query: unknown, ...more: readonly string[]) => void;
export declare function matches(mail: CapturedMail, { to, from, subject, body }: MailQuery): boolean;
export interface Captured {
    readonly sent: readonly CapturedMail[];
    readonly errors: readonly string[];
}
export declare function describeCaptured({ sent, errors }: Captured): string;
export declare const describeQuery: (query: MailQuery, captured: Captured) => string;

// matchers.ts
import { type MailQuery } from "./captured-mail.ts";
interface MatcherResult {
    readonly pass: boolean;
    readonly message: () => string;
}
export interface MailMatchers<R = unknown> {
    toHaveSent(query?: MailQuery & {
        readonly times?: number | undefined;
    }): R;
    toHaveSentNothing(): R;
}
export declare const mailMatchers: {
    toHaveSent(received: unknown, query?: MailQuery & {
        readonly times?: number | undefined;
    }): MatcherResult;
    toHaveSentNothing(received: unknown): MatcherResult;
};
export {};
