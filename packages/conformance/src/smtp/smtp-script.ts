import type { SmtpAction } from "./smtp-action.ts";
import type { SmtpServer } from "./smtp-server.ts";
import type { SmtpSession } from "./smtp-session.ts";

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

/** What a function in a script is told. */
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

/** Decides at each occurrence of a step; `undefined` is what a working server does. */
export type SmtpDecision = (moment: SmtpMoment) => SmtpAction | undefined;

/** An action for every occurrence of a step, or a function that decides each time. */
export type SmtpScript = { readonly [Step in SmtpStep]?: SmtpAction | SmtpDecision };
