// The tables of SMTP replies and network errors, without nodemailer: for whatever reads what an SMTP server or a
// nodemailer transport says.
export { type Explanation, explainReply, type Reply } from "./replies/explain-reply.ts";
export { findWireRule, type WireRule, wireRules } from "./replies/network-errors.ts";
export { type ParsedError, parseError, phaseOf } from "./replies/parse-error.ts";
export { type Phrase, phrases } from "./replies/reply-patterns.ts";
export {
  type About,
  type Phase,
  phases,
  type Remedy,
  type ReplyRule,
  replyRules,
} from "./replies/reply-rules.ts";
