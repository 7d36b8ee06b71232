// What @relais/http-client opens. Written by `npm run api`.

// index.ts
export { type HttpConnections, httpConnections, throughProxy } from "./connections.ts";
export { type About, type Meaning, rows } from "./failure.ts";
export { holdsStatus, httpStatuses, type StatusRow } from "./http-statuses.ts";
export { type ConnectionRow, classifyError, connectionErrors } from "./network-errors.ts";
export { type ConnectionOptions, connectionFields, connectionTimeoutMs, endpoint, isInsecure, maxConnections, } from "./options.ts";
export { checkSignal, httpProvider, ofCheck } from "./provider.ts";
export { type HttpRequest, type HttpResponse, type RequestProgress, requestProgress, sendRequest, } from "./request.ts";
export { type RetryAfterSource, retryAfterHeader, retryAfterMs } from "./retry-after.ts";

// connections.ts
import { type ClientRequest, type OutgoingHttpHeaders } from "node:http";
import type { ConnectionOptions } from "./options.ts";
export interface HttpConnectionsOptions extends ConnectionOptions {
    readonly maxConnections: number;
    readonly connectionTimeoutMs: number;
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
import type { FailureKind } from "@relais/core/spi";
export type About = "account" | "identity" | "message" | "recipient" | "passing";
export interface Meaning {
    readonly kind: FailureKind;
    readonly about: About;
    readonly meaning: string;
    readonly source: string;
}
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
import type { Diagnosis } from "@relais/core/spi";
import { type Meaning } from "./failure.ts";
import type { RequestProgress } from "./request.ts";
export interface ConnectionRow extends Meaning {
    readonly code: RegExp;
    readonly retryable?: false;
}
export declare const connectionErrors: readonly ConnectionRow[];
export declare function classifyError(error: unknown, progress: RequestProgress, aborted: boolean): Diagnosis;

// options.ts
import { option } from "@relais/core/spi";
export declare const connectionFields: {
    ca: option.Field<string | readonly string[], string | readonly string[]>;
    proxy: option.Field<string, string>;
};
export interface ConnectionOptions extends option.RequiredOptions<typeof connectionFields>, option.OptionalOptions<typeof connectionFields> {
}
export declare const maxConnections: option.Field<number>;
export declare const connectionTimeoutMs: option.Field<number>;
export declare const endpoint: option.Field<string>;
export declare function isInsecure(url: string): boolean;

// provider.ts
import { type Diagnosis, type Fail, type Health, type Message, type Outcome, type Provider, type ProviderLimits, type SendContext } from "@relais/core/spi";
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
