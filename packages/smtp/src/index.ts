export type { About } from "./about.ts";
export { type Explanation, explainReply } from "./explain-reply.ts";
export { type Phase, phases } from "./phase.ts";
export { type Phrase, phrases } from "./phrases.ts";
export { plugin as default } from "./plugin.ts";
export { type Remedy, type ReplyRule, replyRules } from "./reply-rules.ts";
export { smtp } from "./smtp.ts";
export type {
  SmtpAuth,
  SmtpDkim,
  SmtpOAuth2,
  SmtpOptions,
  SmtpPassword,
  SmtpPool,
  SmtpTls,
} from "./smtp-options.ts";
export { type WireRule, wireRules } from "./wire-rules.ts";
