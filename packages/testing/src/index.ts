export {
  type CaptureChain,
  type CaptureOptions,
  captureChain,
  type FailureScript,
  type RefusalScript,
} from "./capture-chain.ts";
export type { CapturedFile, CapturedMail, MailQuery } from "./captured-mail.ts";
export { type MailMatchers, mailMatchers } from "./matchers.ts";
