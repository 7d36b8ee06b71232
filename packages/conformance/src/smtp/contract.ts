import type { CertificateKind } from "../server/certificates.ts";
import type { SmtpAction } from "./action.ts";
import type { AcceptedMail, SmtpSession } from "./records.ts";

/** A running SMTP server. */
export interface SmtpServer {
  readonly host: "127.0.0.1";
  readonly port: number;
  /** Every mail really accepted, in order, whatever its sender was told. The list grows. */
  readonly accepted: readonly AcceptedMail[];
  /** One entry for each connection, in order. The list and its entries grow. */
  readonly sessions: readonly SmtpSession[];
  /** TCP connections accepted since the start or the last `reset()`. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** The PEM certificate of the authority that signed the server's, for the client's `ca` option. */
  readonly ca: string;
  /** Puts another script in the place of the present one, for steps from now on, of open sessions too. */
  script(next: SmtpScript): void;
  /** Forgets records and counts. Open sessions go on, unrecorded. */
  reset(): void;
  /** Stops listening and kills every connection: clients get ECONNREFUSED. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  close(): Promise<void>;
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
  /** Called with each mail as it is accepted, before the client is answered. */
  readonly onMail?: (mail: AcceptedMail) => void;
  /** Where the server misbehaves. Default: nowhere. */
  readonly script?: SmtpScript;
  /**
   * `"envelopes"` keeps neither bodies nor commands, for a server that takes a million mails. Default: `"everything"`.
   */
  readonly record?: "everything" | "envelopes";
}

/** A way to log in (RFC 4954): the mechanisms mail clients use. */
export type SmtpMechanism = "PLAIN" | "LOGIN" | "CRAM-MD5" | "XOAUTH2";

/** Who may log in, and how. */
export interface SmtpAuth {
  /** Passwords by user, for PLAIN, LOGIN and CRAM-MD5. */
  readonly users?: Readonly<Record<string, string>>;
  /** Whether any user and password will do, for PLAIN and LOGIN. Default: false. */
  readonly anyone?: boolean;
  /** Access tokens by user, for XOAUTH2. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Default: PLAIN and LOGIN, and XOAUTH2 where there are tokens. */
  readonly mechanisms?: readonly SmtpMechanism[];
  /** Whether MAIL without a login is answered with 530. Default: false. */
  readonly required?: boolean;
  /** Whether AUTH is offered under TLS only, and answered with 538 without. Default: false. */
  readonly tlsOnly?: boolean;
}

/** An action for every occurrence of a step, or a function that decides each time. */
export type SmtpScript = { readonly [Step in SmtpStep]?: SmtpAction | SmtpDecision };

/**
 * The points of a session where a script can step in, in the order they come up:
 *
 * - `connect`: the TCP connection stands, nothing has been sent, TLS has not begun
 * - `tls`: the client's first bytes of a handshake are here (implicit TLS and after STARTTLS); a reply goes in clear
 * - `greeting`, `ehlo`, `helo`, `starttls`
 * - `auth`: the AUTH command and each line the client sends after a 334
 * - `mail`, `rcpt`, `data`
 * - `body`: the first bytes of the body are here, or as many as an `afterBytes` action says
 * - `dot`: the final dot has come in
 * - `idle`: a mail was answered and no other command has come; a delayed action is dropped when one comes
 * - `rset`, `noop`, `quit`
 */
export type SmtpStep =
  | "connect"
  | "tls"
  | "greeting"
  | "ehlo"
  | "helo"
  | "starttls"
  | "auth"
  | "mail"
  | "rcpt"
  | "data"
  | "body"
  | "dot"
  | "idle"
  | "rset"
  | "noop"
  | "quit";

/** Decides at each occurrence of a step; `undefined` is what a working server does. */
export type SmtpDecision = (moment: SmtpMoment) => SmtpAction | undefined;

/** What a function in a script gets to know. */
export interface SmtpMoment {
  readonly server: SmtpServer;
  readonly session: SmtpSession;
  readonly step: SmtpStep;
  /** The command as it came, without CRLF; empty where the step is not a command. */
  readonly line: string;
  /** How often this server has come to this step, this time included, since its start or `reset()`. */
  readonly nth: number;
  /** The address of `mail` and `rcpt`. */
  readonly address?: string;
  /** The whole mail, dots unstuffed, at `dot`. */
  readonly body?: Buffer;
}

/** The action at the first occurrence of the step, then what a working server does. Each server counts for itself. */
export function once(action: SmtpAction | SmtpDecision): SmtpDecision {
  return between(1, 1, action);
}

/** The action at the first `count` occurrences of the step. */
export function times(count: number, action: SmtpAction | SmtpDecision): SmtpDecision {
  return between(1, count, action);
}

/** The action at the `position`-th occurrence only; 1 is the first. */
export function nth(position: number, action: SmtpAction | SmtpDecision): SmtpDecision {
  return between(position, position, action);
}

// Occurrences count from when the function first was called, not from the server's start: a script put in later works.
function between(first: number, last: number, action: SmtpAction | SmtpDecision): SmtpDecision {
  const counts = new WeakMap<object, number>();
  return (moment) => {
    const count = (counts.get(moment.server) ?? 0) + 1;
    counts.set(moment.server, count);
    if (count < first || count > last) return undefined;
    return typeof action === "function" ? action(moment) : action;
  };
}
