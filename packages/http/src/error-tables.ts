import { brevoErrors } from "./brevo-errors.ts";
import type { ErrorRow } from "./error-row.ts";
import { httpStatuses } from "./http-statuses.ts";
import { mailgunErrors } from "./mailgun-errors.ts";
import { postmarkErrors } from "./postmark-errors.ts";
import { resendErrors } from "./resend-errors.ts";
import { sendgridErrors } from "./sendgrid-errors.ts";

/** Every table of this package: each vendor's, and what follows where a vendor's has no row. */
export const errorTables: Readonly<
  Record<"resend" | "postmark" | "sendgrid" | "mailgun" | "brevo" | "otherwise", readonly ErrorRow[]>
> = {
  resend: resendErrors,
  postmark: postmarkErrors,
  sendgrid: sendgridErrors,
  mailgun: mailgunErrors,
  brevo: brevoErrors,
  otherwise: httpStatuses,
};
