// What @relais/http-client opens. Written by `npm run api`.

// index.ts
export { type HttpConnections, httpConnections, throughProxy } from "./connections.ts";
export { type About, type Diagnosis, type Fail, failer, type Meaning, rows, } from "./failure.ts";
export { checkFields, connectionFields, endpoint, type Field, type Fields, flag, id, isInsecure, kindOf, oneOf, pluginOptions, required, shapeOf, text, textSchema, whole, withoutNulls, type Zod, type ZodType, } from "./fields.ts";
export { holdsStatus, httpStatuses, type StatusRow } from "./http-statuses.ts";
export { type ConnectionRow, classifyError, connectionErrors } from "./network-errors.ts";
export { checkSignal, httpProvider, ofCheck, unhealthy } from "./provider.ts";
export { type HttpRequest, type HttpResponse, type RequestProgress, requestProgress, sendRequest, } from "./request.ts";
export { type RetryAfterSource, retryAfterHeader, retryAfterMs } from "./retry-after.ts";

// connections.ts
import { type ClientRequest, type OutgoingHttpHeaders } from "node:http";
export interface HttpConnectionsOptions {
    readonly maxConnections: number;
    readonly connectionTimeoutMs: number;
    readonly ca?: string | readonly string[] | undefined;
    readonly proxy?: string | undefined;
}
export interface RequestHead {
    readonly secure: boolean;
    readonly host: string;
    readonly port?: number | undefined;
    readonly method: string;
    readonly path: string;
    readonly headers: OutgoingHttpHeaders;
}
export interface HttpConnections {
    connect(head: RequestHead, signal?: AbortSignal): Promise<ClientRequest>;
    readonly secrets: readonly string[];
    destroy(): void;
}
export declare function throughProxy(error: unknown): string;
export declare function httpConnections(options: HttpConnectionsOptions): HttpConnections;

// failure.ts
import { type Failure, type FailureKind, type Rejection } from "@relais/core/spi";
export type About = "account" | "identity" | "message" | "recipient" | "passing";
export interface Meaning {
    readonly kind: FailureKind;
    readonly about: About;
    readonly meaning: string;
    readonly source: string;
}
export interface Diagnosis {
    readonly kind: FailureKind;
    readonly reason: string;
    readonly code?: string | undefined;
    readonly retryAfterMs?: number | undefined;
    readonly again?: false | undefined;
    readonly definite?: true | undefined;
}
export type Fail = (diagnosis: Diagnosis, rejected?: readonly Rejection[]) => Failure;
export declare function failer(provider: string, redact: (text: string) => string): Fail;
export declare const rows: {
    readonly misconfigured: {
        readonly kind: "misconfigured";
        readonly about: "account";
    };
    readonly throttled: {
        readonly kind: "throttled";
        readonly about: "account";
        readonly meaning: "sending too fast";
    };
    readonly senderRefused: {
        readonly kind: "refused";
        readonly about: "identity";
        readonly meaning: "sender not accepted";
    };
    readonly messageRefused: {
        readonly kind: "refused";
        readonly about: "message";
        readonly meaning: "the message was not taken";
    };
    readonly passing: {
        readonly kind: "transient";
        readonly about: "passing";
    };
    readonly unknown: {
        readonly kind: "unknown";
        readonly about: "passing";
        readonly meaning: "an answer that does not say whether the message was taken";
    };
};

// fields.ts
import { type PluginParts } from "@relais/core/spi";
import type { ZodType } from "zod";
export type { ZodType };
export type Zod = typeof import("zod").z;
export interface Field {
    readonly check: (field: string, value: unknown) => void;
    readonly schema?: ((zod: Zod) => ZodType) | undefined;
    readonly isRequired?: true;
}
export type Fields<Name extends string = string> = Readonly<Record<Name, Field>>;
export declare const required: (field: Field) => Field;
export declare const textSchema: (zod: Zod) => ZodType;
export declare function kindOf(value: unknown): string;
export declare const text: (pattern: RegExp, form: string) => Field;
export declare const whole: (min: number, max: number) => Field;
export declare const flag: Field;
export declare const oneOf: (...values: readonly [string, ...string[]]) => Field;
export declare const id: Field;
export declare const endpoint: Field;
export declare function isInsecure(url: string): boolean;
export declare const connectionFields: Fields<"ca" | "proxy" | "maxConnections" | "connectionTimeoutMs">;
export interface Sentences {
    readonly notAnObject: (kind: string) => string;
    readonly unknown: (quotedName: string, hint: string) => string;
    readonly prefix: string;
}
export declare function checkFields(fields: Fields, options: unknown, say: Sentences): void;
export declare function withoutNulls<Options extends object>(options: Options): Options;
export declare function shapeOf(zod: Zod, fields: Fields): Record<string, ZodType>;
export declare function pluginOptions<Options>(schema: (zod: Zod) => ZodType, check: (options: Options) => void): Pick<PluginParts<Options>, "options" | "jsonSchema">;

// http-statuses.ts
import { type Meaning } from "./failure.ts";
import { type RetryAfterSource } from "./retry-after.ts";
export interface StatusRow extends Meaning {
    readonly status: number | readonly [number, number];
    readonly retryAfter?: readonly RetryAfterSource[];
}
export declare function httpStatuses(others: readonly StatusRow[]): readonly StatusRow[];
export declare function holdsStatus(row: StatusRow["status"], status: number): boolean;

// network-errors.ts
import { type Diagnosis, type Meaning } from "./failure.ts";
import type { RequestProgress } from "./request.ts";
export interface ConnectionRow extends Meaning {
    readonly code: RegExp;
    readonly again?: false;
}
export declare const connectionErrors: readonly ConnectionRow[];
export declare function classifyError(error: unknown, progress: RequestProgress, aborted: boolean): Diagnosis;

// provider.ts
import { type Failure, type Health, type Message, type Outcome, type Provider, type ProviderLimits, type SendContext } from "@relais/core/spi";
import type { Diagnosis, Fail } from "./failure.ts";
export interface HttpProviderParts {
    readonly id: string;
    readonly limits: ProviderLimits;
    readonly packageName: string;
    readonly fail: Fail;
    readonly send: (message: Message, context: SendContext) => Promise<Outcome>;
    readonly verify: (signal?: AbortSignal) => Promise<Health>;
    readonly destroy: () => void;
}
export declare function httpProvider(parts: HttpProviderParts): Provider;
export declare function unhealthy(failure: Failure, known?: Partial<Health>): Health;
export declare function checkSignal(caller: AbortSignal | undefined): AbortSignal;
export declare function ofCheck(diagnosis: Diagnosis, reason?: string): Diagnosis;

// request.ts
import type { HttpConnections, RequestHead } from "./connections.ts";
export type RequestStage = "preparing" | "connecting" | "connected" | "handed over" | "answering" | "answered";
export interface RequestProgress {
    stage: RequestStage;
    handedOver: boolean;
    status?: number;
    headers?: Readonly<Record<string, string>>;
    readonly handOver?: () => Promise<void>;
    handOverRefused?: boolean;
}
export declare function requestProgress(handOver?: () => Promise<void>): RequestProgress;
export interface HttpRequest extends RequestHead {
    readonly body?: Buffer | undefined;
    readonly heldBackBytes?: number;
    readonly maxResponseBytes: number;
    readonly shorten?: (status: number, start: Buffer) => Uint8Array | undefined;
}
export interface HttpResponse {
    readonly status: number;
    readonly statusText: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
}
export declare function sendRequest(connections: HttpConnections, options: HttpRequest, progress: RequestProgress, signal?: AbortSignal): Promise<HttpResponse>;

// retry-after.ts
export type RetryAfterSource = {
    readonly header: string;
    readonly unit: "http" | "seconds" | "epoch seconds";
} | {
    readonly words: true;
};
export declare const retryAfterHeader: RetryAfterSource;
export declare function retryAfterMs(sources: readonly RetryAfterSource[], headers: Readonly<Record<string, string>>, now: number, words?: string): number | undefined;
