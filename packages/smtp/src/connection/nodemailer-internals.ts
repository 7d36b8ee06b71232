import type { Socket } from "node:net";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Body, BodySink } from "./body.ts";

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
  /** What reads the next reply. */
  readonly _responseActions: ((reply: string) => void)[];
  readonly _socket: Socket;
  /** After 354: where a message is written, and what is called with the error or the reply to the final dot. */
  _createSendStream(done: SendDone): { write(message: unknown): void; end(): void };
  /** Reads the reply to the final dot. */
  _actionSMTPStream(reply: string, done: SendDone): void;
}

type SendDone = (error: Error | null, reply?: string) => void;

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

/** Whether a connection that was opened keeps the process alive. */
export function keepAlive(connection: SMTPConnection, keeps: boolean): void {
  const { _socket: socket } = internals(connection);
  if (keeps) socket.ref();
  else socket.unref();
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

/**
 * Bodies are written to the socket by themselves. nodemailer pipes them through two streams, and the final dot is a write
 * of its own: a packet more, and a large part of the CPU time of a send.
 */
export function writeBodies(connection: SMTPConnection): void {
  const inner = internals(connection);
  let ended = false;
  connection.once("end", () => {
    ended = true;
  });
  const sink: BodySink = {
    get ended() {
      return ended || !inner._socket.writable;
    },
    write: (bytes) => inner._socket.write(bytes),
    drained: () =>
      new Promise((resolve) => {
        const socket = inner._socket;
        const settle = (): void => {
          socket.off("drain", settle);
          connection.off("end", settle);
          resolve();
        };
        socket.once("drain", settle);
        connection.once("end", settle);
      }),
  };
  inner._createSendStream = (done) => {
    inner._responseActions.push((reply) => {
      inner._actionSMTPStream(reply, done);
      // A reply more than was asked for: the next command would take it for its own.
      if (inner._responseQueue.some((one) => one.trim() !== "")) connection.close();
    });
    return { write: (body) => void (body as Body).writeTo(sink).catch(done), end: () => {} };
  };
}
