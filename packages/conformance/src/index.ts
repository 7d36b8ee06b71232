export { brevoSender } from "./feedback/brevo-sender.ts";
export { mailgunSender } from "./feedback/mailgun-sender.ts";
export { postmarkSender } from "./feedback/postmark-sender.ts";
export { resendSender } from "./feedback/resend-sender.ts";
export type { FeedbackSender, RefusedWebhook, VendorEvent, WebhookRequest } from "./feedback/sender.ts";
export { sendgridSender } from "./feedback/sendgrid-sender.ts";
export { type SesFormat, sesEvent } from "./feedback/ses-event.ts";
export { type SnsOptions, type SnsSender, snsSender } from "./feedback/sns-sender.ts";
export { type SqsServer, sqsServer } from "./feedback/sqs-server.ts";
export type { Behaviour, Harness, Need, ProvokedKind, Received, TestTarget } from "./harness/harness.ts";
export {
  type HttpHarnessOptions,
  type HttpReply,
  type HttpTarget,
  httpHarness,
} from "./harness/http-harness.ts";
export type { MakeChain } from "./rules/chain.ts";
export { type Coverage, chainRules, coverage, type Rule, rules } from "./run.ts";
export {
  type CertificateKind,
  type KeyAndCertificate,
  testAuthority,
  testCertificate,
} from "./server/certificates.ts";
export type { AcceptedEmail, SesAccount, SesCredentials, SesQuota } from "./ses/account.ts";
export type { SesError } from "./ses/answer.ts";
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
  SesRequest,
  SesResetFault,
  SesServer,
  SesServerOptions,
  SesSimulator,
  SesStallFault,
} from "./ses/contract.ts";
export { sesServer } from "./ses/ses-server.ts";
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
} from "./smtp/action.ts";
export { type Blackhole, blackhole } from "./smtp/blackhole.ts";
export {
  nth,
  once,
  type SmtpAuth,
  type SmtpDecision,
  type SmtpMechanism,
  type SmtpMoment,
  type SmtpScript,
  type SmtpServer,
  type SmtpServerOptions,
  type SmtpStep,
  times,
} from "./smtp/contract.ts";
export type { AcceptedMail, SmtpLogin, SmtpSession } from "./smtp/records.ts";
export { smtpServer } from "./smtp/smtp-server.ts";
export { throughChain, type WrappedTarget } from "./through-chain.ts";
