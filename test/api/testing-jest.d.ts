// What @relais/testing/jest opens. Written by `npm run api`.

// jest.ts
import { type MailMatchers } from "./matchers.ts";
declare module "expect" {
    interface Matchers<R extends void | Promise<void>, T = unknown> extends MailMatchers<R> {
    }
}
declare global {
    namespace jest {
        interface Matchers<R, T = {}> extends MailMatchers<R> {
        }
    }
}

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
