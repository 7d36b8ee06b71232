/** A mail the server really accepted: it took the final dot and kept it, whatever the client heard of that. */
export interface AcceptedMail {
  /** The envelope's sender, empty for a bounce. */
  readonly from: string;
  /** The recipients that were accepted, in order. */
  readonly to: readonly string[];
  /** The exact bytes, dots unstuffed; empty when the server records envelopes only. */
  readonly data: Buffer;
  /** The Message-ID header with its angle brackets, where the mail has one. */
  readonly messageId?: string;
  /** The number of the session it came in. */
  readonly session: number;
  readonly at: Date;
}

/** What one connection did; it grows while the connection is open. */
export interface SmtpSession {
  /** 1 for the server's first connection. */
  readonly number: number;
  /** Whether TLS stands now. */
  readonly secure: boolean;
  /** `"TLSv1.3"`, once TLS stands. */
  readonly tlsVersion?: string;
  /** The lines the client sent outside of bodies, in order, without CRLF; secrets included. */
  readonly commands: readonly string[];
  readonly logins: readonly SmtpLogin[];
  /** Bytes of bodies received, as they were on the wire, over all mails of the session. */
  readonly bodyBytes: number;
  /** How many final dots came in. */
  readonly finalDots: number;
  readonly open: boolean;
}

/** One attempt to log in. */
export interface SmtpLogin {
  readonly mechanism: string;
  /** As far as the exchange came to it. */
  readonly user?: string;
  readonly accepted: boolean;
}

const LIMIT_BYTES = 65_536;

/** The Message-ID of a mail's header section (RFC 5322), unfolded. */
export function messageIdOf(mail: Buffer): string | undefined {
  const end = mail.indexOf("\r\n\r\n");
  const head = mail.toString("latin1", 0, Math.min(end < 0 ? mail.length : end, LIMIT_BYTES));
  return /^message-id:\s*(<[^>\r\n]*>)/im.exec(head)?.[1];
}
