export {
  type FeedbackHandler,
  type FeedbackHandlerOptions,
  type FeedbackReport,
  feedbackHandler,
} from "./feedback-handler.ts";
export {
  type ImapRound,
  type ReceiveFromImapOptions,
  receiveFromImap,
} from "./imap/receive-from-imap.ts";
export {
  mailboxInFile,
  type OptionsInFile,
  queueInFile,
  type ReceiverInFile,
  receiversInFile,
} from "./in-file.ts";
export { type MailReception, type ReceiveMailOptions, receiveMail } from "./mail/receive-mail.ts";
export { type MemoryFeedbackStore, memoryFeedbackStore } from "./memory-feedback-store.ts";
export { nodeHandler } from "./node-handler.ts";
export type { Login } from "./receiver/authentic.ts";
export type {
  FeedbackReceiver,
  FeedbackRequest,
  Reception,
  Refusal,
  RequestHeaders,
} from "./receiver/receiver.ts";
export { type BrevoReceiverOptions, brevoReceiver } from "./sources/brevo.ts";
export { type MailgunReceiverOptions, mailgunReceiver, type ReplayStore } from "./sources/mailgun.ts";
export { type PostmarkReceiverOptions, postmarkReceiver } from "./sources/postmark.ts";
export { type ResendReceiverOptions, resendReceiver } from "./sources/resend.ts";
export { type SendgridReceiverOptions, sendgridReceiver } from "./sources/sendgrid.ts";
export { type SnsReceiverOptions, snsReceiver } from "./sources/sns.ts";
export {
  type AwsKeys,
  type SqsPoller,
  type SqsPollerOptions,
  type SqsReport,
  sqsPoller,
} from "./sqs-poller.ts";
export type { UnsubscribeView } from "./unsubscribe/page.ts";
export {
  type UnsubscribeHandler,
  type UnsubscribeHandlerOptions,
  unsubscribeHandler,
} from "./unsubscribe/unsubscribe-handler.ts";
