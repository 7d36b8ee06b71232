// What an application needs, behind one name.
export * from "@relais/core";
export { type SesCredentials, type SesOptions, ses } from "@relais/ses";
export { type SmtpOptions, smtp } from "@relais/smtp";
export { chainFromEnv } from "./chain-from-env.ts";
export { type LoadedChain, type LoadOptions, loadChain } from "./config/load-chain.ts";
export { parseDsn } from "./config/parse-dsn.ts";
export {
  type ChainEntry,
  type ChainRules,
  defineConfig,
  type Entry,
  type ProviderEntry,
  type RateLimitEntry,
  type RelaisConfig,
} from "./config/relais-config.ts";
export { ConfigurationError } from "./configuration-error.ts";
export { diagnosticsObserver } from "./diagnostics-observer.ts";
export { type EmailNoticeParts, emailNotice } from "./notices/email-notice.ts";
export type { Notice, Notify } from "./notices/notice.ts";
export { type NoticeObserver, noticeObserver } from "./notices/notice-observer.ts";
export type { NoticeOptions } from "./notices/notice-options.ts";
export { type WebhookOptions, webhook } from "./notices/webhook.ts";
export {
  closeEmail,
  type EmailAccepted,
  type EmailNotAccepted,
  type EmailSent,
  sendEmail,
} from "./send-email.ts";
export type { Environment } from "./settings-reader.ts";
