import type SMTPConnection from "nodemailer/lib/smtp-connection";

// What is needed of nodemailer and not in its types, all in one place. inside-nodemailer.test.ts says when it moves.

interface Inside {
  /** Writes one command. */
  _sendCommand(line: string, logged?: string): void;
  /** How long the greeting may take, and then STARTTLS; ms. */
  _remainingSetupTime(): number;
  /** The socket has closed. */
  _onClose(): void;
  /** Whole replies that have come and were not looked at yet. */
  readonly _responseQueue: readonly string[];
}

const inside = (connection: SMTPConnection): Inside => connection as unknown as Inside;

/** Adds SMTPUTF8 to MAIL, if it is not there; returns what ends that. nodemailer looks at the envelope alone. */
export function sayUtf8(connection: SMTPConnection): () => void {
  const writer = inside(connection);
  const write = writer._sendCommand;
  writer._sendCommand = (line, logged) => {
    const missing = line.startsWith("MAIL FROM:") && !/ SMTPUTF8(?: |$)/.test(line);
    write.call(connection, missing ? `${line} SMTPUTF8` : line, logged);
  };
  return () => {
    writer._sendCommand = write;
  };
}

/** Gives the greeting its whole time; nodemailer cuts it short by the time that connecting may take. */
export function allowGreeting(connection: SMTPConnection, timeoutMs: number): void {
  inside(connection)._remainingSetupTime = () => timeoutMs;
}

/**
 * Replies that came before the connection was closed are heard before the close is. nodemailer looks at one in a turn of
 * the event loop, and forgets the others when it hears of the close: with PIPELINING those are most of them.
 */
export function hearRepliesFirst(connection: SMTPConnection): void {
  const own = inside(connection);
  const close = own._onClose;
  own._onClose = () => {
    let left = Number.POSITIVE_INFINITY;
    const next = (): void => {
      const now = own._responseQueue.length;
      // Half a reply stays where it is.
      const over = now === 0 || now >= left;
      left = now;
      if (over) close.call(connection);
      else setImmediate(next);
    };
    next();
  };
}
