export {
  type ImapRound,
  type ReceiveFromImapOptions,
  receiveFromImap,
} from "./imap/receive-from-imap.ts";
export { type MailReception, type ReceiveMailOptions, receiveMail } from "./mail/receive-mail.ts";
export type { UnsubscribeView } from "./unsubscribe/page.ts";
export {
  type UnsubscribeHandler,
  type UnsubscribeHandlerOptions,
  unsubscribeHandler,
} from "./unsubscribe/unsubscribe-handler.ts";
