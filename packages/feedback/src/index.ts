export { type MailReception, type ReceiveMailOptions, receiveMail } from "./mail/receive-mail.ts";
