import type { CertificateKind } from "../certificate/certificates.ts";
import type { SmtpScript } from "./smtp-script.ts";

/** A way to log in (RFC 4954): the mechanisms mail clients use. */
export type SmtpMechanism = "PLAIN" | "LOGIN" | "CRAM-MD5" | "XOAUTH2";

/** Who may log in, and how. */
export interface SmtpAuth {
  /** Passwords by user, for PLAIN, LOGIN and CRAM-MD5. */
  readonly users?: Readonly<Record<string, string>>;
  /** Access tokens by user, for XOAUTH2. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Default: PLAIN and LOGIN, and XOAUTH2 where there are tokens. */
  readonly mechanisms?: readonly SmtpMechanism[];
  /** Whether MAIL without a login is answered with 530. Default: false. */
  readonly required?: boolean;
  /** Whether AUTH is offered under TLS only, and answered with 538 without. Default: false. */
  readonly tlsOnly?: boolean;
}

/** How a working server would behave, and where this one does not. */
export interface SmtpServerOptions {
  /** Default: a free port. */
  readonly port?: number;
  /** The name in the greeting. Default: `"localhost"`. */
  readonly name?: string;
  /** Implicit TLS, as on port 465. Default: false. */
  readonly secure?: boolean;
  /** Whether STARTTLS is offered. Default: false. */
  readonly starttls?: boolean;
  /** Default: `"good"`. */
  readonly certificate?: CertificateKind;
  /** The newest protocol the server speaks, to refuse modern clients. Default: TLS 1.3. */
  readonly maxTlsVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
  /** Without it AUTH is not offered. */
  readonly auth?: SmtpAuth;
  /** Largest mail in bytes: advertised (RFC 1870), checked at MAIL and at the final dot. Default: no limit. */
  readonly size?: number;
  /** Whether PIPELINING is advertised (RFC 2920). Default: true. */
  readonly pipelining?: boolean;
  /** Whether SMTPUTF8 is advertised (RFC 6531). Default: false. */
  readonly smtpUtf8?: boolean;
  /** Whether DSN is advertised (RFC 3461). Default: false. */
  readonly dsn?: boolean;
  /** What LIMITS advertises (RFC 9422): `"RCPTMAX=100 MAILMAX=20"`. Default: not advertised. */
  readonly limits?: string;
  /** Where the server misbehaves. Default: nowhere. */
  readonly script?: SmtpScript;
  /**
   * `"envelopes"` keeps neither bodies nor commands, for a server that takes a million mails. Default: `"everything"`.
   */
  readonly record?: "everything" | "envelopes";
}
