export {
  type About,
  type ConnectionRow,
  connectionErrors,
  type RetryAfterSource,
  retryAfterHeader,
} from "@relais/http-client";
export type { AddressedMessage } from "./api/addressed-message.ts";
export type {
  Acceptance,
  Answer,
  ApiError,
  FormField,
  HttpApi,
  HttpBody,
  HttpCheck,
  HttpLimits,
} from "./api/api.ts";
export { type ErrorRow, fromMemory } from "./api/errors.ts";
export type { CommonOptions, HttpOptions } from "./api/options.ts";
export { type HttpPluginOptions, plugin as default } from "./plugin.ts";
export { http } from "./provider/http.ts";
export { type BrevoOptions, brevo } from "./vendors/brevo.ts";
export { type MailgunOptions, mailgun } from "./vendors/mailgun.ts";
export { type PostmarkOptions, postmark } from "./vendors/postmark.ts";
export { type ResendOptions, resend } from "./vendors/resend.ts";
export { type SendgridOptions, sendgrid } from "./vendors/sendgrid.ts";
export { errorTables, explainHttpAnswer } from "./vendors.ts";
