export type { SmtpAuth, SmtpOAuth2, SmtpPassword } from "./options/auth-options.ts";
export type { SmtpDkim } from "./options/dkim-options.ts";
export type { SmtpOptions, SmtpPool, SmtpTls } from "./options/options.ts";
export { plugin as default } from "./plugin.ts";
export { type Explanation, explainReply } from "./replies/explain-reply.ts";
export { type WireRule, wireRules } from "./replies/network-errors.ts";
export { type Phrase, phrases } from "./replies/reply-patterns.ts";
export {
  type About,
  type Phase,
  phases,
  type Remedy,
  type ReplyRule,
  replyRules,
} from "./replies/reply-rules.ts";
export { smtp } from "./smtp.ts";
