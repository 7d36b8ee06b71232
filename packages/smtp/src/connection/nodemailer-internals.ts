import type { Socket } from "node:net";
import type SMTPConnection from "nodemailer/lib/smtp-connection";

// What is needed of nodemailer and not in its types, in one place. nodemailer-internals.test.ts says when it moves.

interface Internals {
  /** How long the greeting may take, and then STARTTLS; ms. */
  _remainingSetupTime(): number;
  /** Whole replies that have come and were not read yet. */
  readonly _responseQueue: readonly string[];
  /** The begin of a reply. */
  readonly _remainder: string;
  readonly _socket: Socket;
  /** Reads replies. */
  readonly _onSocketData: (chunk: Buffer) => void;
}

const internals = (connection: SMTPConnection): Internals => connection as unknown as Internals;

/** Gives the greeting its whole time; nodemailer cuts it short by the time that connecting may take. */
export function allowGreeting(connection: SMTPConnection, timeoutMs: number): void {
  internals(connection)._remainingSetupTime = () => timeoutMs;
}

/** Whether the server has said more than it was asked for: each later reply would be taken for another command's. */
export function isAhead(connection: SMTPConnection): boolean {
  const { _responseQueue: queue, _remainder: begin } = internals(connection);
  return begin.trim() !== "" || queue.some((reply) => reply.trim() !== "");
}

/** The socket of a connection that is set up: from here on its replies are read by `read`. */
export function takeSocket(connection: SMTPConnection, read: (chunk: Buffer) => void): Socket {
  const { _socket: socket, _onSocketData: before } = internals(connection);
  socket.on("data", read);
  socket.off("data", before);
  return socket;
}
