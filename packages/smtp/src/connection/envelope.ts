import type { Message } from "@relais/core/spi";
import type { Extensions } from "./extensions.ts";
import type { SmtpError } from "./smtp-error.ts";

/** Who a transaction is from and for, and what the server has said of them. */
export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
  /** Bytes of the message. */
  readonly size: number;
  readonly isAscii: boolean;
  /** An address, or a header, needs it. */
  readonly smtpUtf8: boolean;
  /** The reports that are asked for (RFC 3461), of servers that offer them. */
  readonly dsn: Message["dsn"];
  /** Those that the server took. */
  readonly accepted: string[];
  /** The refusals of the others. */
  readonly rejectedErrors: SmtpError[];
  /** The refusal of the sender, also where the connection was lost before the rest was answered. */
  mailError: SmtpError | undefined;
}

/** MAIL, with what the server offers and the message needs (RFC 1870, RFC 3461, RFC 6152, RFC 6531). */
export function mailCommand({ from, size, isAscii, smtpUtf8, dsn }: Envelope, offers: Extensions): string {
  let line = `MAIL FROM:<${from}>`;
  if (smtpUtf8 && offers.smtpUtf8) line += " SMTPUTF8";
  if (!isAscii && offers.eightBitMime) line += " BODY=8BITMIME";
  if (size > 0 && offers.size) line += ` SIZE=${size}`;
  if (dsn !== undefined && offers.dsn) {
    if (dsn.return !== undefined) line += ` RET=${dsn.return === "full" ? "FULL" : "HDRS"}`;
    if (dsn.id !== undefined) line += ` ENVID=${xtext(dsn.id)}`;
  }
  return `${line}\r\n`;
}

export function rcptCommand(recipient: string, { dsn }: Envelope, offers: Extensions): string {
  if (dsn === undefined || !offers.dsn) return `RCPT TO:<${recipient}>\r\n`;
  const notify = dsn.notify === undefined ? "" : ` NOTIFY=${dsn.notify.join(",").toUpperCase()}`;
  const original = dsn.recipient === undefined ? "" : ` ORCPT=rfc822;${xtext(dsn.recipient)}`;
  return `RCPT TO:<${recipient}>${notify}${original}\r\n`;
}

/** RFC 3461, 4. */
function xtext(text: string): string {
  return text.replace(/[^\x21-\x2a\x2c-\x3c\x3e-\x7e]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `+${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join(""),
  );
}
