// What @relais/ses opens. Written by `npm run api`.

// index.ts
export { type ConnectionRow, connectionErrors } from "./connection-errors.ts";
export { explainSesError } from "./explain-ses-error.ts";
export { httpStatuses, type StatusRow } from "./http-statuses.ts";
export { plugin as default } from "./plugin.ts";
export { ses } from "./ses.ts";
export type { About, SesError } from "./ses-error.ts";
export { sesErrors } from "./ses-errors.ts";
export type { SesCredentials, SesOptions } from "./ses-options.ts";

// connection-errors.ts
import type { FailureKind } from "@relais/core/spi";
import type { About } from "./ses-error.ts";
export interface ConnectionRow {
    readonly code: RegExp;
    readonly kind: FailureKind;
    readonly about: About;
    readonly meaning: string;
    readonly again?: false;
    readonly source: string;
}
export declare const connectionErrors: readonly ConnectionRow[];
export declare const connectionLost: ConnectionRow;

// explain-ses-error.ts
import type { SesError } from "./ses-error.ts";
export declare function explainSesError(name: string | undefined, message?: string, status?: number): SesError;

// http-statuses.ts
import type { FailureKind } from "@relais/core/spi";
import type { About } from "./ses-error.ts";
export interface StatusRow {
    readonly from: number;
    readonly to: number;
    readonly kind: FailureKind;
    readonly about: About;
    readonly meaning: string;
    readonly retryAfterMs?: number;
    readonly source: string;
}
export declare const httpStatuses: readonly StatusRow[];

// plugin.ts
import { type Plugin } from "@relais/core/spi";
import type { SesOptions } from "./ses-options.ts";
export declare const plugin: Plugin<SesOptions>;

// ses-error.ts
import type { FailureKind } from "@relais/core/spi";
export type About = "account" | "identity" | "message" | "recipient" | "passing";
export interface SesError {
    readonly name: string;
    readonly says?: RegExp;
    readonly kind: FailureKind;
    readonly about: About;
    readonly meaning: string;
    readonly retryAfterMs?: number;
    readonly clock?: true;
    readonly key?: true;
    readonly source: string;
}

// ses-errors.ts
import type { SesError } from "./ses-error.ts";
export declare const sesErrors: readonly SesError[];

// ses-options.ts
export interface SesCredentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
    readonly expiration?: Date | undefined;
}
export interface SesOptions {
    readonly id?: string | undefined;
    readonly region?: string | undefined;
    readonly endpoint?: string | undefined;
    readonly allowInsecureHttp?: boolean | undefined;
    readonly credentials?: SesCredentials | (() => Promise<SesCredentials>) | undefined;
    readonly configurationSet?: string | undefined;
    readonly tags?: Readonly<Record<string, string>> | undefined;
    readonly fromArn?: string | undefined;
    readonly sourceArn?: string | undefined;
    readonly returnPathArn?: string | undefined;
    readonly ca?: string | readonly string[] | undefined;
    readonly proxy?: string | undefined;
    readonly maxConnections?: number | undefined;
    readonly maxBytesUnderWay?: number | undefined;
    readonly connectionTimeoutMs?: number | undefined;
}

// ses.ts
import { type Provider } from "@relais/core/spi";
import type { SesOptions } from "./ses-options.ts";
export declare function ses(options?: SesOptions): Provider;
