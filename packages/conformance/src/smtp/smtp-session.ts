/** One attempt to log in. */
export interface SmtpLogin {
  readonly mechanism: string;
  /** As far as the exchange came to it. */
  readonly user?: string;
  readonly accepted: boolean;
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
