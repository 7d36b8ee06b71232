// What @relais/ses opens. Written by `npm run api`.

// index.ts
export { type About, type ConnectionRow, connectionErrors, type StatusRow } from "@relais/http-client";
export { explainSesError, httpStatuses, type SesError, sesErrors } from "./errors.ts";
export type { SesCredentials, SesOptions } from "./options.ts";
export { plugin as default } from "./plugin.ts";
export { ses } from "./ses.ts";

// errors.ts
import { type Meaning, type StatusRow } from "@relais/http-client";
export interface SesError extends Meaning {
    readonly name: string;
    readonly says?: RegExp;
    readonly retryAfterMs?: number;
    readonly clock?: true;
    readonly key?: true;
}
export declare const sesErrors: readonly SesError[];
export declare const httpStatuses: readonly StatusRow[];
export declare function explainSesError(name: string | undefined, message?: string, status?: number): SesError;

// options.ts
import { type Zod, type ZodType } from "@relais/http-client";
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
export declare function checkCredentials(field: string, value: unknown): void;
export declare const optionsSchema: (zod: Zod) => ZodType;
export declare function checkOptions(options: unknown): asserts options is SesOptions;

// plugin.ts
import { type Plugin } from "@relais/core/spi";
import { type SesOptions } from "./options.ts";
export declare const plugin: Plugin<SesOptions>;

// ses.ts
import { type Provider } from "@relais/core/spi";
import { type SesOptions } from "./options.ts";
export declare function ses(given?: SesOptions): Provider;
