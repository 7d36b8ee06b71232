import type { Socket } from "node:net";
import type SMTPConnection from "nodemailer/lib/smtp-connection";

// What is needed of nodemailer and not in its types, in one place. nodemailer-internals.test.ts says when it moves.

interface Internals {
  /** Writes one command. */
  _sendCommand(line: string, logged?: string): void;
  /** How long the greeting may take, and then STARTTLS; ms. */
  _remainingSetupTime(): number;
  /** The socket has closed. */
  _onClose(): void;
  /** Whole replies that have come and were not read yet. */
  readonly _responseQueue: readonly string[];
  /** The one in use: of TCP first, then of TLS. */
  readonly _socket: Socket | false | undefined;
}

const internals = (connection: SMTPConnection): Internals => connection as unknown as Internals;

/** Adds SMTPUTF8 to MAIL, if it is not there; returns what undoes that. nodemailer looks at the envelope alone. */
export function addSmtpUtf8(connection: SMTPConnection): () => void {
  const writer = internals(connection);
  const write = writer._sendCommand;
  writer._sendCommand = (line, logged) => {
    const missing = line.startsWith("MAIL FROM:") && !/ SMTPUTF8(?: |$)/.test(line);
    write.call(connection, missing ? `${line} SMTPUTF8` : line, logged);
  };
  return () => {
    writer._sendCommand = write;
  };
}

/** Whether the open connection keeps the process alive. */
export function keepAlive(connection: SMTPConnection, keeps: boolean): void {
  const socket = internals(connection)._socket || undefined;
  if (keeps) socket?.ref();
  else socket?.unref();
}

/** Gives the greeting its whole time; nodemailer cuts it short by the time that connecting may take. */
export function allowGreeting(connection: SMTPConnection, timeoutMs: number): void {
  internals(connection)._remainingSetupTime = () => timeoutMs;
}

/**
 * Replies that came before the connection was closed are read before the close is seen. nodemailer reads one in a turn of
 * the event loop, and forgets the others when the socket closes: with PIPELINING those are most of them.
 */
export function readRepliesBeforeClose(connection: SMTPConnection): void {
  const inner = internals(connection);
  const close = inner._onClose;
  inner._onClose = () => {
    let unread = Number.POSITIVE_INFINITY;
    const next = (): void => {
      const now = inner._responseQueue.length;
      // Half a reply stays where it is.
      const done = now === 0 || now >= unread;
      unread = now;
      if (done) close.call(connection);
      else setImmediate(next);
    };
    next();
  };
}
