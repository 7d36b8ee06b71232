// What @relais/nodemailer opens. Written by `npm run api`.

// index.ts
export { type NodemailerProviderOptions, nodemailerProvider } from "./provider/nodemailer-provider.ts";
export { type ComposedMail, type RelaisSentInfo, type RelaisTransport, relaisTransport, type SendingChain, type SendingChainOptions, } from "./transport/relais-transport.ts";
export type { SendingError } from "./transport/sending-error.ts";

// provider/nodemailer-provider.ts
import { type Provider } from "@relais/core/spi";
import type * as nodemailer from "nodemailer";
export interface NodemailerProviderOptions {
    readonly id?: string;
    readonly transport: Parameters<typeof nodemailer.createTransport>[0] | object;
    readonly name?: string;
    readonly secrets?: readonly string[];
}
export declare function nodemailerProvider({ id, transport, name, secrets, }: NodemailerProviderOptions): Provider;
export declare function knownSecrets(options: unknown, depth?: number): string[];

// transport/relais-transport.ts
import { type Delivery, type Health, type Message, type MessageOptions } from "@relais/core/spi";
import { type SendingError } from "./sending-error.ts";
export interface SendingChain {
    send(message: Message, options?: {
        readonly signal?: AbortSignal | undefined;
    }): Promise<Delivery>;
    verify?(): Promise<Health>;
    close?(): Promise<void>;
}
export interface RelaisSentInfo {
    envelope: {
        from: string | false;
        to: string[];
    };
    messageId: string;
    accepted: string[];
    rejected: string[];
    rejectedErrors?: readonly SendingError[];
    response: string;
    provider: string;
    delivery: Delivery;
}
export interface SendingChainOptions extends Pick<MessageOptions, "limits"> {
    readonly maxAtOnce?: number | undefined;
}
export interface ComposedMail {
    readonly data: object;
    readonly message: object;
}
export interface RelaisTransport {
    readonly name: string;
    readonly version: string;
    readonly supportsAbortSignal: true;
    send(mail: ComposedMail, callback: (error: Error | null, info?: RelaisSentInfo) => void): void;
    verify(): Promise<true>;
    verify(callback: (error: Error | null, success?: true) => void): void;
    close(): Promise<void>;
    isIdle(): boolean;
    on(event: string | symbol, listener: (...args: unknown[]) => void): this;
}
export declare function relaisTransport(chain: SendingChain, options?: SendingChainOptions): RelaisTransport;

// transport/sending-error.ts
import type { Delivery, Failure } from "@relais/core/spi";
export interface SendingError extends Error {
    readonly code: string;
    readonly responseCode?: number;
    readonly response?: string;
    readonly rejected?: readonly string[];
    readonly rejectedErrors?: readonly SendingError[];
    readonly recipient?: string;
    readonly delivery?: Delivery;
}
type Fields = Omit<SendingError, "name" | "message">;
export declare function sendingError(message: string, fields: {
    readonly [Name in keyof Fields]: Fields[Name] | undefined;
}): SendingError;
export declare function failureError(failure: Failure, recipient?: string): SendingError;
export declare function rejectedErrors({ rejected }: Delivery): readonly SendingError[];
export declare function deliveryError(delivery: Delivery & {
    readonly success: false;
}): SendingError;
export {};
