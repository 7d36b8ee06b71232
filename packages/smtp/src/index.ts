export type {
  SmtpAuth,
  SmtpDkim,
  SmtpOAuth2,
  SmtpOptions,
  SmtpPassword,
  SmtpPool,
  SmtpTls,
} from "./options/options.ts";
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
