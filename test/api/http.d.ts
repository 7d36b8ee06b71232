// What @relais/http opens. Written by `npm run api`.

// index.ts
export { type About, type ConnectionRow, connectionErrors, type RetryAfterSource, retryAfterHeader, } from "@relais/http-client";
export type { Letter } from "./api/addressed-message.ts";
export type { Acceptance, Answer, Complaint, FormField, HttpApi, HttpBody, HttpCheck, HttpLimits, } from "./api/api.ts";
export { type ErrorRow, fromMemory } from "./api/errors.ts";
export type { CommonOptions, HttpOptions } from "./api/options.ts";
export { type HttpPluginOptions, plugin as default } from "./plugin.ts";
export { http } from "./provider/http.ts";
export { type BrevoOptions, brevo } from "./vendors/brevo.ts";
export { type MailgunOptions, mailgun } from "./vendors/mailgun.ts";
export { type PostmarkOptions, postmark } from "./vendors/postmark.ts";
export { type ResendOptions, resend } from "./vendors/resend.ts";
export { type SendgridOptions, sendgrid } from "./vendors/sendgrid.ts";
export { errorTables, explainHttpAnswer } from "./vendors.ts";

// api/addressed-message.ts
import { type Address, type Envelope, type Message } from "@relais/core/spi";
export interface Letter {
    readonly message: Message;
    readonly to: readonly Address[];
    readonly cc: readonly Address[];
    readonly bcc: readonly Address[];
    readonly key: string;
}
export declare function letterFor(message: Message, envelope: Envelope): Letter | string;
export declare function withParts(message: Message): Promise<Message | string>;
export declare function addressed(letter: Letter | undefined, words: string | undefined): string[];
export declare function inField(letter: Letter | undefined, field: RegExp, words: string | undefined): string[];

// api/api.ts
import type { ProviderLimits } from "@relais/core/spi";
import type { HttpResponse } from "@relais/http-client";
import type { Letter } from "./addressed-message.ts";
import type { ErrorRow } from "./errors.ts";
export interface Answer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
    readonly json: unknown;
}
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
export declare function answerOf({ status, headers, body }: HttpResponse): Answer;
export declare function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined;

// api/errors.ts
import { type Meaning, type RetryAfterSource } from "@relais/http-client";
export interface ErrorRow extends Meaning {
    readonly status?: number | readonly [number, number];
    readonly code?: string | RegExp;
    readonly says?: RegExp;
    readonly form?: true;
    readonly retryAfter?: readonly RetryAfterSource[];
    readonly otherwiseMs?: number;
    readonly atLeastMs?: number;
}
export declare const fromMemory = "from memory, not re-checked";
export declare const httpStatuses: readonly ErrorRow[];
export declare const maxCharacters = 2000;
export declare function rowFor(errors: readonly ErrorRow[], status: number, code: string | undefined, words?: string): ErrorRow | undefined;

// api/options.ts
import { type Field, type Fields } from "@relais/http-client";
import type { HttpApi } from "./api.ts";
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
export declare const key: Field;
export declare const idText: Field;
export declare const domain: Field;
export declare const commonFields: Fields<keyof CommonOptions>;
export declare const httpFields: Fields<keyof HttpOptions>;
export declare function checkOptions(name: string, options: unknown, fields: Fields): void;

// plugin.ts
import { type Plugin } from "@relais/core/spi";
import { type VendorOptions } from "./vendors.ts";
export type HttpPluginOptions = {
    [Name in keyof VendorOptions]: {
        readonly api: Name;
    } & VendorOptions[Name];
}[keyof VendorOptions];
export declare const plugin: Plugin<HttpPluginOptions>;

// provider/http.ts
import { type Provider } from "@relais/core/spi";
import { type HttpOptions } from "../api/options.ts";
export declare function http(options: HttpOptions): Provider;

// provider/vendor.ts
import type { Provider } from "@relais/core/spi";
import type { Fields } from "@relais/http-client";
import type { HttpApi } from "../api/api.ts";
import type { ErrorRow } from "../api/errors.ts";
import { type CommonOptions } from "../api/options.ts";
export interface Vendor<Options extends CommonOptions> {
    readonly name: string;
    readonly fields: Fields<Exclude<keyof Options & string, keyof CommonOptions>>;
    readonly errors: readonly ErrorRow[];
    api(options: Options): Omit<HttpApi, "errors">;
}
export declare function vendorProvider<Options extends CommonOptions>(vendor: Vendor<Options>, options: Options): Provider;
export declare const fieldsOf: (vendor: Pick<Vendor<CommonOptions>, "fields">) => Fields;

// vendors.ts
import { type ErrorRow } from "./api/errors.ts";
import type { Vendor } from "./provider/vendor.ts";
import { type BrevoOptions } from "./vendors/brevo.ts";
import { type MailgunOptions } from "./vendors/mailgun.ts";
import { type PostmarkOptions } from "./vendors/postmark.ts";
import { type ResendOptions } from "./vendors/resend.ts";
import { type SendgridOptions } from "./vendors/sendgrid.ts";
export interface VendorOptions {
    readonly resend: ResendOptions;
    readonly postmark: PostmarkOptions;
    readonly sendgrid: SendgridOptions;
    readonly mailgun: MailgunOptions;
    readonly brevo: BrevoOptions;
}
export declare const vendors: {
    readonly [Name in keyof VendorOptions]: Vendor<VendorOptions[Name]>;
};
export declare const errorTables: Readonly<Record<keyof VendorOptions | "otherwise", readonly ErrorRow[]>>;
export declare function explainHttpAnswer(api: keyof VendorOptions, status: number, code?: string, words?: string): ErrorRow | undefined;

// vendors/brevo.ts
import type { Provider } from "@relais/core/spi";
import { type CommonOptions } from "../api/options.ts";
import { type Vendor } from "../provider/vendor.ts";
export interface BrevoOptions extends CommonOptions {
    readonly apiKey: string;
}
export declare const brevoVendor: Vendor<BrevoOptions>;
export declare function brevo(options: BrevoOptions): Provider;

// vendors/mailgun.ts
import type { Provider } from "@relais/core/spi";
import { type CommonOptions } from "../api/options.ts";
import { type Vendor } from "../provider/vendor.ts";
export interface MailgunOptions extends CommonOptions {
    readonly apiKey: string;
    readonly domain: string;
    readonly region?: "us" | "eu" | undefined;
}
export declare const mailgunVendor: Vendor<MailgunOptions>;
export declare function mailgun(options: MailgunOptions): Provider;

// vendors/postmark.ts
import type { Provider } from "@relais/core/spi";
import { type CommonOptions } from "../api/options.ts";
import { type Vendor } from "../provider/vendor.ts";
export interface PostmarkOptions extends CommonOptions {
    readonly serverToken: string;
    readonly messageStream?: string | undefined;
}
export declare const postmarkVendor: Vendor<PostmarkOptions>;
export declare function postmark(options: PostmarkOptions): Provider;

// vendors/resend.ts
import { type Provider } from "@relais/core/spi";
import { type CommonOptions } from "../api/options.ts";
import { type Vendor } from "../provider/vendor.ts";
export interface ResendOptions extends CommonOptions {
    readonly apiKey: string;
}
export declare const resendVendor: Vendor<ResendOptions>;
export declare function resend(options: ResendOptions): Provider;

// vendors/sendgrid.ts
import type { Provider } from "@relais/core/spi";
import { type CommonOptions } from "../api/options.ts";
import { type Vendor } from "../provider/vendor.ts";
export interface SendgridOptions extends CommonOptions {
    readonly apiKey: string;
}
export declare const sendgridVendor: Vendor<SendgridOptions>;
export declare function sendgrid(options: SendgridOptions): Provider;
