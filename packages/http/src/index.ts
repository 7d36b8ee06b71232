export type { Answer } from "./answer.ts";
export { type BrevoOptions, brevo } from "./brevo.ts";
export { type ConnectionRow, connectionErrors } from "./connection-errors.ts";
export {
  type About,
  type ErrorRow,
  fromMemory,
  type RetryAfterSource,
  retryAfterHeader,
} from "./error-row.ts";
export { errorTables } from "./error-tables.ts";
export { explainHttpAnswer } from "./explain-http-answer.ts";
export { http } from "./http.ts";
export type {
  Acceptance,
  Complaint,
  FormField,
  HttpApi,
  HttpBody,
  HttpCheck,
  HttpLimits,
} from "./http-api.ts";
export type { CommonOptions, HttpOptions } from "./http-options.ts";
export type { Letter } from "./letter.ts";
export { type MailgunOptions, mailgun } from "./mailgun.ts";
export { type HttpPluginOptions, plugin as default } from "./plugin.ts";
export { type PostmarkOptions, postmark } from "./postmark.ts";
export { type ResendOptions, resend } from "./resend.ts";
export { type SendgridOptions, sendgrid } from "./sendgrid.ts";
