// What @relais/http opens. Written by `npm run api`.

// index.ts
export type { Answer } from "./answer.ts";
export { type BrevoOptions, brevo } from "./brevo.ts";
export { type ConnectionRow, connectionErrors } from "./connection-errors.ts";
export { type About, type ErrorRow, fromMemory, type RetryAfterSource, retryAfterHeader, } from "./error-row.ts";
export { errorTables } from "./error-tables.ts";
export { explainHttpAnswer } from "./explain-http-answer.ts";
export { http } from "./http.ts";
export type { Acceptance, Complaint, FormField, HttpApi, HttpBody, HttpCheck, HttpLimits, } from "./http-api.ts";
export type { CommonOptions, HttpOptions } from "./http-options.ts";
export type { Letter } from "./letter.ts";
export { type MailgunOptions, mailgun } from "./mailgun.ts";
export { type HttpPluginOptions, plugin as default } from "./plugin.ts";
export { type PostmarkOptions, postmark } from "./postmark.ts";
export { type ResendOptions, resend } from "./resend.ts";
export { type SendgridOptions, sendgrid } from "./sendgrid.ts";

// answer.ts
import type { IncomingMessage } from "node:http";
export interface Answer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
    readonly json: unknown;
}
export declare function readAnswer(head: IncomingMessage): Promise<Answer>;
export declare function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined;

// brevo.ts
import type { Provider } from "@relais/core/spi";
import type { CommonOptions } from "./http-options.ts";
export interface BrevoOptions extends CommonOptions {
    readonly apiKey: string;
}
export declare function brevo(options: BrevoOptions): Provider;

// check-options.ts
export type Check = (field: string, value: unknown) => void;
export declare const checkKey: Check;
export declare const checkId: Check;
export declare const checkDomain: Check;
export declare const commonChecks: Readonly<Record<string, Check>>;
export declare function checkOptions(name: string, options: unknown, checks: Readonly<Record<string, Check>>, required: readonly string[]): void;

// connection-errors.ts
import type { FailureKind } from "@relais/core/spi";
import type { About } from "./error-row.ts";
export interface ConnectionRow {
    readonly code: RegExp;
    readonly kind: FailureKind;
    readonly about: About;
    readonly meaning: string;
    readonly again?: false;
    readonly source: string;
}
export declare const connectionErrors: readonly ConnectionRow[];

// error-row.ts
import type { FailureKind } from "@relais/core/spi";
export type RetryAfterSource = {
    readonly header: string;
    readonly unit: "http" | "seconds" | "epoch seconds";
} | {
    readonly words: true;
};
export type About = "account" | "identity" | "message" | "recipient" | "passing";
export interface ErrorRow {
    readonly status?: number | readonly [number, number];
    readonly code?: string | RegExp;
    readonly says?: RegExp;
    readonly kind: FailureKind;
    readonly about: About;
    readonly form?: true;
    readonly meaning: string;
    readonly retryAfter?: readonly RetryAfterSource[];
    readonly otherwiseMs?: number;
    readonly atLeastMs?: number;
    readonly source: string;
}
export declare const fromMemory = "from memory, not re-checked";
export declare const retryAfterHeader: RetryAfterSource;
export declare function fits(row: ErrorRow, status: number, code: string | undefined, words?: string): boolean;

// error-tables.ts
import type { ErrorRow } from "./error-row.ts";
export declare const errorTables: Readonly<Record<"resend" | "postmark" | "sendgrid" | "mailgun" | "brevo" | "otherwise", readonly ErrorRow[]>>;

// explain-http-answer.ts
import type { ErrorRow } from "./error-row.ts";
import { errorTables } from "./error-tables.ts";
export declare function explainHttpAnswer(api: Exclude<keyof typeof errorTables, "otherwise">, status: number, code?: string, words?: string): ErrorRow | undefined;

// http-api.ts
import type { ProviderLimits } from "@relais/core/spi";
import type { Answer } from "./answer.ts";
import type { ErrorRow } from "./error-row.ts";
import type { Letter } from "./letter.ts";
export type FormField = {
    readonly name: string;
    readonly value: string;
} | {
    readonly name: string;
    readonly filename: string;
    readonly contentType: string;
    readonly content: Uint8Array;
};
export type HttpBody = {
    readonly json: unknown;
} | {
    readonly form: readonly FormField[];
};
export interface Acceptance {
    readonly messageId: string;
    readonly rejected?: readonly {
        readonly address: string;
        readonly code: string;
    }[];
}
export interface Complaint {
    readonly code?: string | undefined;
    readonly text?: string | undefined;
    readonly about?: readonly string[] | undefined;
    readonly among?: readonly string[] | undefined;
}
export interface HttpLimits extends Pick<ProviderLimits, "attachmentEncoding" | "smtpUtf8" | "refusedExtensions" | "allowedExtensions"> {
    readonly maxRecipients?: number;
    readonly maxBodyBytes?: number;
    readonly refuse?: (letter: Letter) => string | undefined;
}
export interface HttpCheck {
    readonly path: string;
    readonly judge?: (answer: Answer) => {
        readonly note: string;
    } | {
        readonly wrong: string;
    } | undefined;
}
export interface HttpApi {
    readonly name: string;
    readonly endpoint: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly secrets: readonly string[];
    readonly idempotencyHeader?: string;
    readonly body: (letter: Letter) => HttpBody;
    readonly accepted: (answer: Answer) => Acceptance | undefined;
    readonly complaint: (answer: Answer, letter?: Letter) => Complaint;
    readonly errors: readonly ErrorRow[];
    readonly limits?: HttpLimits;
    readonly check?: HttpCheck;
}

// http-options.ts
import { type Check } from "./check-options.ts";
import type { HttpApi } from "./http-api.ts";
export interface CommonOptions {
    readonly id?: string | undefined;
    readonly endpoint?: string | undefined;
    readonly maxConnections?: number | undefined;
    readonly connectionTimeoutMs?: number | undefined;
    readonly ca?: string | readonly string[] | undefined;
    readonly proxy?: string | undefined;
}
export interface HttpOptions extends CommonOptions {
    readonly api: HttpApi;
}
export declare const httpChecks: Readonly<Record<string, Check>>;

// http.ts
import { type Provider } from "@relais/core/spi";
import { type HttpOptions } from "./http-options.ts";
export declare function http(options: HttpOptions): Provider;

// letter.ts
import { type Address, type Envelope, type Message } from "@relais/core/spi";
export interface Letter {
    readonly message: Message;
    readonly to: readonly Address[];
    readonly cc: readonly Address[];
    readonly bcc: readonly Address[];
    readonly key: string;
}
export declare function letterFor(message: Message, envelope: Envelope): Letter | string;

// mailgun.ts
import type { Provider } from "@relais/core/spi";
import type { CommonOptions } from "./http-options.ts";
export interface MailgunOptions extends CommonOptions {
    readonly apiKey: string;
    readonly domain: string;
    readonly region?: "us" | "eu" | undefined;
}
export declare function mailgun(options: MailgunOptions): Provider;

// plugin.ts
import { type Plugin } from "@relais/core/spi";
import { type BrevoOptions } from "./brevo.ts";
import { type MailgunOptions } from "./mailgun.ts";
import { type PostmarkOptions } from "./postmark.ts";
import { type ResendOptions } from "./resend.ts";
import { type SendgridOptions } from "./sendgrid.ts";
export type HttpPluginOptions = ({
    readonly api: "resend";
} & ResendOptions) | ({
    readonly api: "postmark";
} & PostmarkOptions) | ({
    readonly api: "sendgrid";
} & SendgridOptions) | ({
    readonly api: "mailgun";
} & MailgunOptions) | ({
    readonly api: "brevo";
} & BrevoOptions);
export declare const plugin: Plugin<HttpPluginOptions>;

// postmark.ts
import type { Provider } from "@relais/core/spi";
import type { CommonOptions } from "./http-options.ts";
export interface PostmarkOptions extends CommonOptions {
    readonly serverToken: string;
    readonly messageStream?: string | undefined;
}
export declare function postmark(options: PostmarkOptions): Provider;

// resend.ts
import { type Provider } from "@relais/core/spi";
import type { CommonOptions } from "./http-options.ts";
export interface ResendOptions extends CommonOptions {
    readonly apiKey: string;
}
export declare function resend(options: ResendOptions): Provider;

// sendgrid.ts
import type { Provider } from "@relais/core/spi";
import type { CommonOptions } from "./http-options.ts";
export interface SendgridOptions extends CommonOptions {
    readonly apiKey: string;
}
export declare function sendgrid(options: SendgridOptions): Provider;
