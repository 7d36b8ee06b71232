// What relais opens. Written by `npm run api`.

// index.ts
export * from "@relais/core";
export { type SesCredentials, type SesOptions, ses } from "@relais/ses";
export { type SmtpOptions, smtp } from "@relais/smtp";
export { chainFromEnv } from "./chain-from-env.ts";
export { ConfigurationError } from "./configuration-error.ts";
export { closeEmail, type EmailSent, sendEmail } from "./send-email.ts";
export type { Environment } from "./settings-reader.ts";

// chain-from-env.ts
import { type Chain, type ChainOptions } from "@relais/core";
import { type Environment } from "./settings-reader.ts";
export declare function chainFromEnv(env?: Environment, options?: ChainOptions): Chain;

// configuration-error.ts
export declare class ConfigurationError extends Error {
    readonly name = "ConfigurationError";
    readonly problems: readonly string[];
    constructor(problems: readonly string[]);
}

// send-email.ts
import type { MessageInput } from "@relais/core";
export type EmailSent = {
    readonly success: true;
    readonly provider: string;
    readonly messageId: string;
} | {
    readonly success: false;
    readonly error: string;
};
export declare function sendEmail(payload: MessageInput): Promise<EmailSent>;
export declare function closeEmail(): Promise<void>;

// settings-reader.ts
export type Environment = Readonly<Record<string, string | undefined>>;
export interface SettingsReader {
    text(name: string): string | undefined;
    has(name: string): boolean;
    flag(name: string): boolean | undefined;
    port(name: string): number | undefined;
    problem(sentence: string): void;
    readonly problems: readonly string[];
}
export declare function settingsReader(env: Environment): SettingsReader;
