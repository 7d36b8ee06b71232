export {
  type CertificateKind,
  type KeyAndCertificate,
  testAuthority,
  testCertificate,
} from "./certificate/certificates.ts";
export { chainRules, type MakeChain } from "./rules/chain-rules.ts";
export { type Coverage, coverage } from "./rules/coverage.ts";
export type { Act, Harness, Need, ProvokedKind, Received, Stage } from "./rules/harness.ts";
export { rules } from "./rules/rules.ts";
export type { Rule } from "./rules/runnable.ts";
export { throughChain, type WrappedStage } from "./rules/through-chain.ts";
export type { AcceptedEmail } from "./ses/accepted-email.ts";
export type { SesError } from "./ses/ses-error.ts";
export type {
  SesBreakPoint,
  SesCloseFault,
  SesDecision,
  SesDelayFault,
  SesErrorFault,
  SesExpiredFault,
  SesFault,
  SesForeignFault,
  SesMoment,
  SesOddFault,
  SesResetFault,
  SesStallFault,
} from "./ses/ses-fault.ts";
export type { SesRequest } from "./ses/ses-request.ts";
export { type SesServer, sesServer } from "./ses/ses-server.ts";
export type { SesAccount, SesCredentials, SesQuota, SesServerOptions } from "./ses/ses-server-options.ts";
export type { AcceptedMail } from "./smtp/accepted-mail.ts";
export { type Blackhole, blackhole } from "./smtp/blackhole.ts";
export type {
  SmtpAction,
  SmtpAfterBytes,
  SmtpDelay,
  SmtpDrop,
  SmtpFollowUp,
  SmtpRaw,
  SmtpReply,
  SmtpReset,
  SmtpStall,
  SmtpTrickle,
} from "./smtp/smtp-action.ts";
export type { SmtpDecision, SmtpMoment, SmtpScript, SmtpStep } from "./smtp/smtp-script.ts";
export { type SmtpServer, smtpServer } from "./smtp/smtp-server.ts";
export type { SmtpAuth, SmtpMechanism, SmtpServerOptions } from "./smtp/smtp-server-options.ts";
export type { SmtpLogin, SmtpSession } from "./smtp/smtp-session.ts";
export { nth, once, times } from "./smtp/times.ts";
