export type { SmtpAuth, SmtpOAuth2, SmtpPassword } from "./options/auth-options.ts";
export type { SmtpDkim } from "./options/dkim-options.ts";
export type { SmtpOptions, SmtpPool, SmtpTls, SmtpVerp } from "./options/options.ts";
export { plugin as default } from "./plugin.ts";
export {
  type About,
  type Explanation,
  explainReply,
  type Phase,
  type Phrase,
  phases,
  phrases,
  type Remedy,
  type ReplyRule,
  replyRules,
  type WireRule,
  wireRules,
} from "./replies.ts";
export { smtp } from "./smtp.ts";
