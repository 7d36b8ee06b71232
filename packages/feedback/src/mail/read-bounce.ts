import { readBounceText } from "./bounce-text.ts";
import { type RecipientStatus, readDeliveryStatus } from "./delivery-status.ts";
import type { Field, Report } from "./report.ts";

/** What a mail says of the recipients of another one. */
export interface Bounce {
  readonly recipients: readonly RecipientStatus[];
  /** The header of the other mail, as far as it came back. */
  readonly original: readonly Field[];
}

const key = ({ recipient, finalRecipient }: RecipientStatus): string =>
  (finalRecipient ?? recipient).toLowerCase();

/** A bounce, a delay or a confirmation, with a delivery status or without; `undefined` if the mail is none of these. */
export function readBounce(report: Report): Bounce | undefined {
  const recipients = readDeliveryStatus(report.status);
  const isVague = ({ status, diagnostic }: RecipientStatus): boolean =>
    diagnostic === "" && (status === undefined || status.endsWith(".0.0"));
  if (recipients.length > 0 && !recipients.some(isVague)) return { recipients, original: report.original };
  const text = readBounceText(report);
  if (recipients.length === 0) return text;
  // Some servers say more to people than to programs.
  const inWords = new Map(text?.recipients.map((one) => [key(one), one]));
  return {
    original: report.original,
    recipients: recipients.map((one) => {
      const { status, replyCode, diagnostic } = (isVague(one) ? inWords.get(key(one)) : undefined) ?? one;
      return { ...one, status: status ?? one.status, replyCode, diagnostic };
    }),
  };
}
