// What @relais/feedback opens. Written by `npm run api`.

// index.ts
export { type FeedbackHandler, type FeedbackHandlerOptions, type FeedbackReport, feedbackHandler, } from "./feedback-handler.ts";
export { type ImapRound, type ReceiveFromImapOptions, receiveFromImap, } from "./imap/receive-from-imap.ts";
export { mailboxInFile, type OptionsInFile, queueInFile, type ReceiverInFile, receiversInFile, } from "./in-file.ts";
export { type MailReception, type ReceiveMailOptions, receiveMail } from "./mail/receive-mail.ts";
export { type MemoryFeedbackStore, memoryFeedbackStore } from "./memory-feedback-store.ts";
export { nodeHandler } from "./node-handler.ts";
export type { Login } from "./receiver/authentic.ts";
export type { FeedbackReceiver, FeedbackRequest, Reception, Refusal, RequestHeaders, } from "./receiver/receiver.ts";
export { type BrevoReceiverOptions, brevoReceiver } from "./sources/brevo.ts";
export { type MailgunReceiverOptions, mailgunReceiver, type ReplayStore } from "./sources/mailgun.ts";
export { type PostmarkReceiverOptions, postmarkReceiver } from "./sources/postmark.ts";
export { type ResendReceiverOptions, resendReceiver } from "./sources/resend.ts";
export { type SendgridReceiverOptions, sendgridReceiver } from "./sources/sendgrid.ts";
export { type SnsReceiverOptions, snsReceiver } from "./sources/sns.ts";
export { type AwsKeys, type SqsPoller, type SqsPollerOptions, type SqsReport, sqsPoller, } from "./sqs-poller.ts";
export type { UnsubscribeView } from "./unsubscribe/page.ts";
export { type UnsubscribeHandler, type UnsubscribeHandlerOptions, unsubscribeHandler, } from "./unsubscribe/unsubscribe-handler.ts";

// feedback-handler.ts
import { type FeedbackResult, type FeedbackStore, option } from "@relais/core/spi";
import { type FeedbackReceiver } from "./receiver/receiver.ts";
export interface FeedbackReport {
    readonly receiver?: string | undefined;
    readonly status: number;
    readonly result?: FeedbackResult | undefined;
    readonly notice?: string | undefined;
    readonly error?: string | undefined;
    readonly cause?: unknown;
}
declare const fields: {
    receivers: option.Field<Readonly<Record<string, FeedbackReceiver>>, Readonly<Record<string, FeedbackReceiver>>> & option.Required;
    store: option.Field<FeedbackStore, FeedbackStore> & option.Required;
    maxConcurrent: option.Field<number, number>;
    onRequest: option.Field<(report: FeedbackReport) => void, (report: FeedbackReport) => void>;
};
export interface FeedbackHandlerOptions extends option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {
}
export type FeedbackHandler = (request: Request) => Promise<Response>;
export declare function feedbackHandler(options: FeedbackHandlerOptions): FeedbackHandler;
export {};

// imap/receive-from-imap.ts
import { type FeedbackStore, option } from "@relais/core/spi";
export declare const mailboxFields: {
    host: option.Field<string, string> & option.Required;
    port: option.Field<number, number>;
    secure: option.Field<boolean, boolean>;
    auth: option.Field<option.RequiredOptions<{
        user: option.Field<string, string> & option.Required;
        pass: option.Field<string, string> & option.Required;
    }> & option.OptionalOptions<{
        user: option.Field<string, string> & option.Required;
        pass: option.Field<string, string> & option.Required;
    }>, option.Checked<{
        user: option.Field<string, string> & option.Required;
        pass: option.Field<string, string> & option.Required;
    }>> & option.Required;
    mailbox: option.Field<string, string>;
    moveTo: option.Field<string, string>;
};
declare const fields: {
    provider: option.Field<string, string>;
    verp: option.Field<option.RequiredOptions<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }> & option.OptionalOptions<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }>, option.Checked<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }>>;
    unsubscribe: option.Field<option.RequiredOptions<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }> & option.OptionalOptions<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }>, option.Checked<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }>>;
    host: option.Field<string, string> & option.Required;
    port: option.Field<number, number>;
    secure: option.Field<boolean, boolean>;
    auth: option.Field<option.RequiredOptions<{
        user: option.Field<string, string> & option.Required;
        pass: option.Field<string, string> & option.Required;
    }> & option.OptionalOptions<{
        user: option.Field<string, string> & option.Required;
        pass: option.Field<string, string> & option.Required;
    }>, option.Checked<{
        user: option.Field<string, string> & option.Required;
        pass: option.Field<string, string> & option.Required;
    }>> & option.Required;
    mailbox: option.Field<string, string>;
    moveTo: option.Field<string, string>;
    store: option.Field<FeedbackStore, FeedbackStore> & option.Required;
};
export interface ReceiveFromImapOptions extends option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {
}
export interface ImapRound {
    readonly mails: number;
    readonly events: number;
}
export declare function receiveFromImap(options: ReceiveFromImapOptions): Promise<ImapRound>;
export {};

// in-file.ts
import { type OptionsSchema } from "@relais/core/spi";
import type { FeedbackReceiver } from "./receiver/receiver.ts";
export interface OptionsInFile {
    readonly options: OptionsSchema<unknown>;
    jsonSchema(): unknown;
}
export interface ReceiverInFile extends OptionsInFile {
    create(options: unknown): FeedbackReceiver;
}
export declare const receiversInFile: Readonly<Record<string, ReceiverInFile>>;
export declare const queueInFile: OptionsInFile;
export declare const mailboxInFile: OptionsInFile;

// mail/receive-mail.ts
import { type FeedbackEvent, option } from "@relais/core/spi";
export declare const receiveMailFields: {
    provider: option.Field<string, string>;
    verp: option.Field<option.RequiredOptions<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }> & option.OptionalOptions<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }>, option.Checked<{
        address: option.Field<string, string> & option.Required;
        secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
        allowUnsigned: option.Field<boolean, boolean>;
    }>>;
    unsubscribe: option.Field<option.RequiredOptions<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }> & option.OptionalOptions<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }>, option.Checked<{
        readonly secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    }>>;
};
export interface ReceiveMailOptions extends option.RequiredOptions<typeof receiveMailFields>, option.OptionalOptions<typeof receiveMailFields> {
}
export interface MailReception {
    readonly events: readonly FeedbackEvent[];
    readonly notice?: string | undefined;
}
export declare function receiveMail(mail: Uint8Array, options?: ReceiveMailOptions): Promise<MailReception>;

// memory-feedback-store.ts
import type { FeedbackEvent, FeedbackStore } from "@relais/core/spi";
export interface MemoryFeedbackStore extends FeedbackStore {
    readonly events: readonly FeedbackEvent[];
}
export declare function memoryFeedbackStore(): MemoryFeedbackStore;

// node-handler.ts
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FeedbackHandler } from "./feedback-handler.ts";
export declare function nodeHandler(handler: FeedbackHandler): (request: IncomingMessage, response: ServerResponse) => Promise<void>;

// receiver/authentic.ts
import { option } from "@relais/core/spi";
import { type RequestHeaders } from "./receiver.ts";
export declare function isSame(given: string | Uint8Array, expected: string | Uint8Array): boolean;
export declare function base64Bytes(text: string): Buffer | undefined;
export declare function checkTime(signedAt: number, toleranceMs: number): void;
export type Login = {
    readonly user: string;
    readonly pass: string;
} | {
    readonly token: string;
};
export declare function oneOrMore<Input, Output>(field: option.Field<Input, Output>): option.Field<Input | readonly Input[], readonly Output[]>;
export declare const key: option.Field<string>;
export declare const auth: option.Field<Login | readonly Login[], readonly Login[]>;
export declare function checkLogin(headers: RequestHeaders, logins: readonly Login[]): void;
export declare const commonFields: {
    provider: option.Field<string, string>;
};
export interface CommonOptions extends option.OptionalOptions<typeof commonFields> {
}
export declare const toleranceMs: option.Field<number>;

// receiver/receiver.ts
import type { FeedbackEvent } from "@relais/core/spi";
export type RequestHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
export interface FeedbackRequest {
    readonly headers: RequestHeaders;
    readonly body: Uint8Array;
}
export interface Refusal {
    readonly status: 400 | 401 | 403 | 413 | 503;
    readonly error: string;
}
export type Reception = {
    readonly events: readonly FeedbackEvent[];
    readonly notice?: string | undefined;
    readonly refusal?: undefined;
} | {
    readonly refusal: Refusal;
    readonly events?: undefined;
    readonly notice?: undefined;
};
export interface FeedbackReceiver {
    readonly source: string;
    receive(request: FeedbackRequest): Promise<Reception>;
}
export declare const maxBodyBytes: number;
export declare class Refused extends Error {
    readonly status: Refusal["status"];
    constructor(status: Refusal["status"], sentence: string);
}
export interface Reading {
    readonly events: readonly (FeedbackEvent | undefined)[];
    readonly notice?: string | undefined;
}
export declare function receiver(source: string, read: (request: FeedbackRequest) => Reading | Promise<Reading>): FeedbackReceiver;
export declare function header(headers: RequestHeaders, name: string): string | undefined;

// sources/brevo.ts
import { option } from "@relais/core/spi";
import { type CommonOptions } from "../receiver/authentic.ts";
import { type FeedbackReceiver } from "../receiver/receiver.ts";
export declare const brevoFields: {
    auth: option.Field<readonly import("../receiver/authentic.ts").Login[] | import("../receiver/authentic.ts").Login, readonly import("../receiver/authentic.ts").Login[]> & option.Required;
};
export interface BrevoReceiverOptions extends CommonOptions, option.RequiredOptions<typeof brevoFields>, option.OptionalOptions<typeof brevoFields> {
}
export declare function brevoReceiver(options: BrevoReceiverOptions): FeedbackReceiver;

// sources/mailgun.ts
import { option } from "@relais/core/spi";
import { type CommonOptions } from "../receiver/authentic.ts";
import { type FeedbackReceiver } from "../receiver/receiver.ts";
export interface ReplayStore {
    claim(key: string, use: string, until: number): string | Promise<string>;
}
export declare const mailgunFields: {
    signingKey: option.Field<string | readonly string[], readonly string[]> & option.Required;
    toleranceMs: option.Field<number, number>;
    replays: option.Field<ReplayStore, ReplayStore>;
};
export interface MailgunReceiverOptions extends CommonOptions, option.RequiredOptions<typeof mailgunFields>, option.OptionalOptions<typeof mailgunFields> {
}
export declare function mailgunReceiver(options: MailgunReceiverOptions): FeedbackReceiver;

// sources/postmark.ts
import { option } from "@relais/core/spi";
import { type CommonOptions } from "../receiver/authentic.ts";
import { type FeedbackReceiver } from "../receiver/receiver.ts";
export declare const postmarkFields: {
    auth: option.Field<readonly import("../receiver/authentic.ts").Login[] | import("../receiver/authentic.ts").Login, readonly import("../receiver/authentic.ts").Login[]> & option.Required;
};
export interface PostmarkReceiverOptions extends CommonOptions, option.RequiredOptions<typeof postmarkFields>, option.OptionalOptions<typeof postmarkFields> {
}
export declare function postmarkReceiver(options: PostmarkReceiverOptions): FeedbackReceiver;

// sources/resend.ts
import { option } from "@relais/core/spi";
import { type CommonOptions } from "../receiver/authentic.ts";
import { type FeedbackReceiver } from "../receiver/receiver.ts";
export declare const resendFields: {
    secret: option.Field<string | readonly string[], readonly Buffer<ArrayBufferLike>[]> & option.Required;
    toleranceMs: option.Field<number, number>;
};
export interface ResendReceiverOptions extends CommonOptions, option.RequiredOptions<typeof resendFields>, option.OptionalOptions<typeof resendFields> {
}
export declare function resendReceiver(options: ResendReceiverOptions): FeedbackReceiver;

// sources/sendgrid.ts
import { type KeyObject } from "node:crypto";
import { option } from "@relais/core/spi";
import { type CommonOptions } from "../receiver/authentic.ts";
import { type FeedbackReceiver } from "../receiver/receiver.ts";
export declare const sendgridFields: {
    publicKey: option.Field<string | readonly string[], readonly KeyObject[]> & option.Required;
    toleranceMs: option.Field<number, number>;
};
export interface SendgridReceiverOptions extends CommonOptions, option.RequiredOptions<typeof sendgridFields>, option.OptionalOptions<typeof sendgridFields> {
}
export declare function sendgridReceiver(options: SendgridReceiverOptions): FeedbackReceiver;

// sources/sns.ts
import { option } from "@relais/core/spi";
import { type CommonOptions } from "../receiver/authentic.ts";
import { type FeedbackReceiver } from "../receiver/receiver.ts";
export declare const snsFields: {
    topics: option.Field<string | readonly string[], readonly string[]> & option.Required;
    toleranceMs: option.Field<number, number>;
    fetch: option.Field<typeof fetch, typeof fetch>;
};
export interface SnsReceiverOptions extends CommonOptions, option.RequiredOptions<typeof snsFields>, option.OptionalOptions<typeof snsFields> {
}
export declare function snsReceiver(options: SnsReceiverOptions): FeedbackReceiver;

// sqs-poller.ts
import { type FeedbackResult, type FeedbackStore, option } from "@relais/core/spi";
import { type CommonOptions } from "./receiver/authentic.ts";
export interface SqsReport {
    readonly messages: number;
    readonly result?: FeedbackResult | undefined;
    readonly unreadable?: readonly string[] | undefined;
    readonly cause?: unknown;
}
export declare const queueFields: {
    queueUrl: option.Field<string, string> & option.Required;
    region: option.Field<string, string>;
    endpoint: option.Field<string, string>;
    credentials: option.Field<AwsKeys | (() => Promise<AwsKeys>), AwsKeys | (() => Promise<AwsKeys>)>;
};
declare const fields: {
    queueUrl: option.Field<string, string> & option.Required;
    region: option.Field<string, string>;
    endpoint: option.Field<string, string>;
    credentials: option.Field<AwsKeys | (() => Promise<AwsKeys>), AwsKeys | (() => Promise<AwsKeys>)>;
    store: option.Field<FeedbackStore, FeedbackStore> & option.Required;
    onBatch: option.Field<(report: SqsReport) => void, (report: SqsReport) => void>;
};
export interface AwsKeys {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
}
export interface SqsPollerOptions extends CommonOptions, option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {
}
export interface SqsPoller {
    close(): Promise<void>;
}
export declare function sqsPoller(options: SqsPollerOptions): Promise<SqsPoller>;
export {};

// unsubscribe/page.ts
export interface UnsubscribeView {
    readonly state: "ask" | "done" | "invalid" | "failed";
    readonly recipient?: string | undefined;
    readonly stream?: string | undefined;
}
export declare function unsubscribePage(view: UnsubscribeView): string;

// unsubscribe/unsubscribe-handler.ts
import { type FeedbackStore, option } from "@relais/core/spi";
import { type UnsubscribeView } from "./page.ts";
declare const fields: {
    secret: option.Field<string | readonly string[], readonly string[]> & option.Required;
    store: option.Field<FeedbackStore, FeedbackStore> & option.Required;
    page: option.Field<(view: UnsubscribeView) => string, (view: UnsubscribeView) => string>;
    onError: option.Field<(error: unknown) => void, (error: unknown) => void>;
};
export interface UnsubscribeHandlerOptions extends option.RequiredOptions<typeof fields>, option.OptionalOptions<typeof fields> {
}
export type UnsubscribeHandler = (request: Request) => Promise<Response>;
export declare function unsubscribeHandler(options: UnsubscribeHandlerOptions): UnsubscribeHandler;
export {};
