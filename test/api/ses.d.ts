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
import { option } from "@relais/core/spi";
import { type ConnectionOptions } from "@relais/http-client";
declare const credentialsFields: {
    accessKeyId: option.Field<string, string> & option.Required;
    secretAccessKey: option.Field<string, string> & option.Required;
    sessionToken: option.Field<string, string>;
    expiration: option.Field<Date, Date>;
};
export interface SesCredentials extends option.RequiredOptions<typeof credentialsFields>, option.OptionalOptions<typeof credentialsFields> {
}
export interface KeyPair extends option.Checked<typeof credentialsFields> {
}
export declare const keyPair: option.Field<SesCredentials, KeyPair>;
declare const sesFields: {
    id: option.Field<string, string>;
    region: option.Field<string, string>;
    endpoint: option.Field<string, string>;
    allowInsecureHttp: option.Field<boolean, boolean>;
    credentials: option.Field<SesCredentials | (() => Promise<SesCredentials>), KeyPair | (() => Promise<SesCredentials>)>;
    configurationSet: option.Field<string, string>;
    tags: option.Field<Readonly<Record<string, string>>, {
        [k: string]: string;
    }>;
    fromArn: option.Field<string, string>;
    sourceArn: option.Field<string, string>;
    returnPathArn: option.Field<string, string>;
    maxConnections: option.Field<number, number>;
    maxBytesUnderWay: option.Field<number, number>;
    connectionTimeoutMs: option.Field<number, number>;
};
export interface SesOptions extends ConnectionOptions, option.RequiredOptions<typeof sesFields>, option.OptionalOptions<typeof sesFields> {
}
declare const allFields: {
    ca: option.Field<string | readonly string[], string | readonly string[]>;
    proxy: option.Field<string, string>;
    id: option.Field<string, string>;
    region: option.Field<string, string>;
    endpoint: option.Field<string, string>;
    allowInsecureHttp: option.Field<boolean, boolean>;
    credentials: option.Field<SesCredentials | (() => Promise<SesCredentials>), KeyPair | (() => Promise<SesCredentials>)>;
    configurationSet: option.Field<string, string>;
    tags: option.Field<Readonly<Record<string, string>>, {
        [k: string]: string;
    }>;
    fromArn: option.Field<string, string>;
    sourceArn: option.Field<string, string>;
    returnPathArn: option.Field<string, string>;
    maxConnections: option.Field<number, number>;
    maxBytesUnderWay: option.Field<number, number>;
    connectionTimeoutMs: option.Field<number, number>;
};
export interface CheckedOptions extends option.Checked<typeof allFields> {
}
export declare const sesOptions: option.Field<SesOptions, CheckedOptions>;
export declare function checkOptions(value: SesOptions): CheckedOptions;
export {};

// plugin.ts
import { type Plugin } from "@relais/core/spi";
import { type SesOptions } from "./options.ts";
export declare const plugin: Plugin<SesOptions>;

// ses.ts
import { type Provider } from "@relais/core/spi";
import { type SesOptions } from "./options.ts";
export declare function ses(given?: SesOptions): Provider;
