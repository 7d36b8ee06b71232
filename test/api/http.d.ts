// What @relais/http opens. Written by `npm run api`.

// index.ts
export { type About, type ConnectionRow, connectionErrors, type RetryAfterSource, retryAfterHeader, } from "@relais/http-client";
export type { AddressedMessage } from "./api/addressed-message.ts";
export type { Acceptance, Answer, ApiError, FormField, HttpApi, HttpBody, HttpCheck, HttpLimits, } from "./api/api.ts";
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
export interface AddressedMessage {
    readonly message: Message;
    readonly to: readonly Address[];
    readonly cc: readonly Address[];
    readonly bcc: readonly Address[];
    readonly key: string;
}
export declare function addressedMessageFor(message: Message, envelope: Envelope): AddressedMessage | string;
export declare function withParts(given: Message): Promise<Message | string>;
export declare function addressed(outgoing: AddressedMessage | undefined, words: string | undefined): string[];
export declare function inField(outgoing: AddressedMessage | undefined, field: RegExp, words: string | undefined): string[];

// api/api.ts
import type { ProviderLimits } from "@relais/core/spi";
import type { HttpResponse } from "@relais/http-client";
import type { AddressedMessage } from "./addressed-message.ts";
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
    readonly messageId: string | undefined;
    readonly rejected?: readonly {
        readonly address: string;
        readonly code: string;
    }[];
}
export interface ApiError {
    readonly code?: string | undefined;
    readonly text?: string | undefined;
    readonly about?: readonly string[] | undefined;
    readonly among?: readonly string[] | undefined;
}
export interface HttpLimits extends Pick<ProviderLimits, "attachmentEncoding" | "smtpUtf8" | "refusedExtensions" | "allowedExtensions"> {
    readonly maxRecipients?: number;
    readonly maxBodyBytes?: number;
    readonly refuse?: (outgoing: AddressedMessage) => string | undefined;
}
export interface HttpCheck {
    readonly path: string;
    readonly interpret?: (answer: Answer) => {
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
    readonly body: (outgoing: AddressedMessage) => HttpBody;
    readonly accepted: (answer: Answer) => Acceptance | undefined;
    readonly complaint: (answer: Answer, outgoing?: AddressedMessage) => ApiError;
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
import { option } from "@relais/core/spi";
import { type ConnectionOptions, connectionFields } from "@relais/http-client";
import type { HttpApi } from "./api.ts";
export declare const key: option.Field<string>;
declare const ownFields: {
    id: option.Field<string, string>;
    endpoint: option.Field<string, string>;
    maxConnections: option.Field<number, number>;
    connectionTimeoutMs: option.Field<number, number>;
};
export interface CommonOptions extends ConnectionOptions, option.RequiredOptions<typeof ownFields>, option.OptionalOptions<typeof ownFields> {
}
export declare const commonFields: typeof ownFields & typeof connectionFields;
declare const httpFields: {
    api: option.Field<HttpApi, HttpApi> & option.Required;
};
export interface HttpOptions extends CommonOptions, option.RequiredOptions<typeof httpFields>, option.OptionalOptions<typeof httpFields> {
}
declare const allFields: {
    ca: option.Field<string | readonly string[], string | readonly string[]>;
    proxy: option.Field<string, string>;
    id: option.Field<string, string>;
    endpoint: option.Field<string, string>;
    maxConnections: option.Field<number, number>;
    connectionTimeoutMs: option.Field<number, number>;
    api: option.Field<HttpApi, HttpApi> & option.Required;
};
export declare const httpOptions: option.Field<HttpOptions, option.Checked<typeof allFields>>;
export {};

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
export declare function http(given: HttpOptions): Provider;

// provider/vendor.ts
import { option, type Provider } from "@relais/core/spi";
import type { HttpApi } from "../api/api.ts";
import type { ErrorRow } from "../api/errors.ts";
import { type CommonOptions } from "../api/options.ts";
export interface Vendor<Options extends CommonOptions> {
    readonly name: string;
    readonly fields: option.Fields;
    readonly errors: readonly ErrorRow[];
    api(options: Options): Omit<HttpApi, "errors" | "name">;
}
export interface VendorProvider<Options extends CommonOptions> {
    (options: Options): Provider;
    readonly errors: readonly ErrorRow[];
    readonly fields: option.Fields;
}
export declare function vendor<Options extends CommonOptions>({ name, errors, api, ...own }: Vendor<Options>): VendorProvider<Options>;

// vendors.ts
import { type ErrorRow } from "./api/errors.ts";
export declare const vendors: {
    resend: import("./provider/vendor.ts").VendorProvider<import("./vendors/resend.ts").ResendOptions>;
    postmark: import("./provider/vendor.ts").VendorProvider<import("./vendors/postmark.ts").PostmarkOptions>;
    sendgrid: import("./provider/vendor.ts").VendorProvider<import("./vendors/sendgrid.ts").SendgridOptions>;
    mailgun: import("./provider/vendor.ts").VendorProvider<import("./vendors/mailgun.ts").MailgunOptions>;
    brevo: import("./provider/vendor.ts").VendorProvider<import("./vendors/brevo.ts").BrevoOptions>;
};
export type VendorOptions = {
    readonly [Name in keyof typeof vendors]: Parameters<(typeof vendors)[Name]>[0];
};
export declare const errorTables: Readonly<Record<keyof VendorOptions | "otherwise", readonly ErrorRow[]>>;
export declare function explainHttpAnswer(api: keyof VendorOptions, status: number, code?: string, words?: string): ErrorRow | undefined;

// vendors/brevo.ts
import { option } from "@relais/core/spi";
import { type CommonOptions } from "../api/options.ts";
import { type VendorProvider } from "../provider/vendor.ts";
declare const fields: {
    apiKey: option.Field<string, string> & option.Required;
};
export interface BrevoOptions extends CommonOptions, option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {
}
export declare const brevo: VendorProvider<BrevoOptions>;
export {};

// vendors/mailgun.ts
import { option } from "@relais/core/spi";
import { type CommonOptions } from "../api/options.ts";
import { type VendorProvider } from "../provider/vendor.ts";
declare const fields: {
    apiKey: option.Field<string, string> & option.Required;
    domain: option.Field<string, string> & option.Required;
    region: option.Field<"eu" | "us", "eu" | "us">;
};
export interface MailgunOptions extends CommonOptions, option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {
}
export declare const mailgun: VendorProvider<MailgunOptions>;
export {};

// vendors/postmark.ts
import { option } from "@relais/core/spi";
import { type CommonOptions } from "../api/options.ts";
import { type VendorProvider } from "../provider/vendor.ts";
declare const fields: {
    serverToken: option.Field<string, string> & option.Required;
    messageStream: option.Field<string, string>;
};
export interface PostmarkOptions extends CommonOptions, option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {
}
export declare const postmark: VendorProvider<PostmarkOptions>;
export {};

// vendors/resend.ts
import { option } from "@relais/core/spi";
import { type CommonOptions } from "../api/options.ts";
import { type VendorProvider } from "../provider/vendor.ts";
declare const fields: {
    apiKey: option.Field<string, string> & option.Required;
};
export interface ResendOptions extends CommonOptions, option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {
}
export declare const resend: VendorProvider<ResendOptions>;
export {};

// vendors/sendgrid.ts
import { option } from "@relais/core/spi";
import { type CommonOptions } from "../api/options.ts";
import { type VendorProvider } from "../provider/vendor.ts";
declare const fields: {
    apiKey: option.Field<string, string> & option.Required;
};
export interface SendgridOptions extends CommonOptions, option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {
}
export declare const sendgrid: VendorProvider<SendgridOptions>;
export {};
