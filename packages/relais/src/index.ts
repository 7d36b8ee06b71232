// What an application needs, behind one name.
export * from "@relais/core";
export { type SesCredentials, type SesOptions, ses } from "@relais/ses";
export { type SmtpOptions, smtp } from "@relais/smtp";
export { chainFromEnv } from "./chain-from-env.ts";
export { ConfigurationError } from "./configuration-error.ts";
export { closeEmail, type EmailSent, sendEmail } from "./send-email.ts";
export type { Environment } from "./settings-reader.ts";
