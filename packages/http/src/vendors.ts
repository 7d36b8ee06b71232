import { type ErrorRow, httpStatuses, rowFor } from "./api/errors.ts";
import type { Vendor } from "./provider/vendor.ts";
import { type BrevoOptions, brevoVendor } from "./vendors/brevo.ts";
import { type MailgunOptions, mailgunVendor } from "./vendors/mailgun.ts";
import { type PostmarkOptions, postmarkVendor } from "./vendors/postmark.ts";
import { type ResendOptions, resendVendor } from "./vendors/resend.ts";
import { type SendgridOptions, sendgridVendor } from "./vendors/sendgrid.ts";

/** The options of each vendor. */
export interface VendorOptions {
  readonly resend: ResendOptions;
  readonly postmark: PostmarkOptions;
  readonly sendgrid: SendgridOptions;
  readonly mailgun: MailgunOptions;
  readonly brevo: BrevoOptions;
}

/** Every vendor, by the name that configurations have for it. */
export const vendors: { readonly [Name in keyof VendorOptions]: Vendor<VendorOptions[Name]> } = {
  resend: resendVendor,
  postmark: postmarkVendor,
  sendgrid: sendgridVendor,
  mailgun: mailgunVendor,
  brevo: brevoVendor,
};

const tables = Object.entries(vendors).map(([name, { errors }]) => [name, errors] as const);

/** Every table of this package: each vendor's, and what follows where a vendor's has no row. */
export const errorTables: Readonly<Record<keyof VendorOptions | "otherwise", readonly ErrorRow[]>> = {
  ...(Object.fromEntries(tables) as Record<keyof VendorOptions, readonly ErrorRow[]>),
  otherwise: httpStatuses,
};

/**
 * The row that a status, the vendor's own code and its words lead to:
 * `explainHttpAnswer("resend", 400, "validation_error", "API key is invalid")`.
 */
export function explainHttpAnswer(
  api: keyof VendorOptions,
  status: number,
  code?: string,
  words?: string,
): ErrorRow | undefined {
  return rowFor(errorTables[api], status, code, words);
}
