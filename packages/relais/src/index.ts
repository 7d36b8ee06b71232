// What an application needs, behind one name.
export * from "@relais/core";
export { type SesCredentials, type SesOptions, ses } from "@relais/ses";
export { type SmtpOptions, smtp } from "@relais/smtp";
export { type LoadedChain, type LoadOptions, loadChain } from "./config/load-chain.ts";
export { parseDsn } from "./config/parse-dsn.ts";
export {
  type AnyPlugin,
  type ChainEntry,
  type ChainRules,
  defineConfig,
  type Entry,
  type ProviderEntry,
  type ProviderFactory,
  type RateLimitEntry,
  type RelaisConfig,
} from "./config/relais-config.ts";
export { diagnosticsObserver } from "./diagnostics-observer.ts";
export { chainFromEnv } from "./environment/chain-from-env.ts";
export {
  closeEmail,
  type EmailAccepted,
  type EmailNotAccepted,
  type EmailSent,
  sendEmail,
  setEmailChain,
} from "./environment/send-email.ts";
export { ConfigurationError, type Environment } from "./environment/settings-reader.ts";
export { type EmailNoticeParts, emailNotice } from "./notices/email-notice.ts";
export type { Notice, Notify } from "./notices/notice.ts";
export { type NoticeObserver, type NoticeOptions, noticeObserver } from "./notices/notice-observer.ts";
export { type WebhookOptions, webhook } from "./notices/webhook.ts";
export { withText } from "./with-text.ts";
