import { type ErrorRow, httpStatuses, rowFor } from "./api/errors.ts";
import { brevo } from "./vendors/brevo.ts";
import { mailgun } from "./vendors/mailgun.ts";
import { postmark } from "./vendors/postmark.ts";
import { resend } from "./vendors/resend.ts";
import { sendgrid } from "./vendors/sendgrid.ts";

/** Every vendor, by the name that configurations have for it. */
export const vendors = { resend, postmark, sendgrid, mailgun, brevo };

/** The options of each vendor. */
export type VendorOptions = {
  readonly [Name in keyof typeof vendors]: Parameters<(typeof vendors)[Name]>[0];
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
