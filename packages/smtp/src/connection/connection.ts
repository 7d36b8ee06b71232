import type { Readable } from "node:stream";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { SMTPConnectionSendInfo, SMTPEnvelope } from "nodemailer/lib/smtp-connection";
import type { Body } from "./body.ts";
import { addSmtpUtf8, keepAlive, writeBodies } from "./nodemailer-internals.ts";

/** One connection to the server, greeted, encrypted as wanted and logged in (RFC 5321, 3.1). */
export interface Connection {
  /** It is closed, or about to be: of no further use. */
  readonly ended: boolean;
  /** Transactions it was used for. */
  readonly sent: number;
  /** What the server offers. */
  readonly offers: Extensions;
  /**
   * One transaction; rejects with nodemailer's error.
   * @param smtpUtf8 MAIL says SMTPUTF8, also where only a header needs it; nodemailer looks at the envelope alone
   */
  send(envelope: SMTPEnvelope, body: Body, smtpUtf8: boolean): Promise<SMTPConnectionSendInfo>;
  /** Whether it keeps the process alive, as it does at first. */
  keepAlive(keeps: boolean): void;
  /** RSET; resolves when the connection is fit for another message, or has been closed instead. */
  reset(): Promise<void>;
  /** QUIT, then closed; resolves when that is done, at most `quitMs` later. */
  quit(): Promise<void>;
  /** Closes the socket at once. */
  destroy(): void;
}

/** What a server's reply to EHLO offers, as far as it matters here (RFC 5321, 4.1.1.1). */
export interface Extensions {
  /** Addresses and headers outside of ASCII (RFC 6531). */
  readonly smtpUtf8: boolean;
  /** Recipients of one transaction (RFC 9422, RCPTMAX); `Infinity` where it does not say. */
  readonly maxRecipients: number;
  /** Transactions of one connection (RFC 9422, MAILMAX); `Infinity` where it does not say. */
  readonly maxMessages: number;
}

/** QUIT and RSET are not waited for any longer than this. */
const quitMs = 1_000;
const resetMs = 5_000;

/** Says that the connection was lost, as nodemailer says it. */
export const connectionClosed = (): Error =>
  Object.assign(new Error("Connection closed"), { code: "ECONNECTION" });

/** Runs `act`, whose `done` settles it; the connection's end or the time limit settle it too. */
function within(connection: SMTPConnection, limitMs: number, act: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      connection.off("end", settle);
      resolve();
    };
    const timer = setTimeout(() => {
      connection.close();
      settle();
    }, limitMs);
    connection.on("end", settle);
    act(settle);
  });
}

/** nodemailer's connection, with promises and what the server offers. */
export function wrapConnection(connection: SMTPConnection): Connection {
  writeBodies(connection);
  const wrapped = {
    ended: false,
    sent: 0,
    offers: parseExtensions(""),
    send: (envelope: SMTPEnvelope, body: Body, smtpUtf8: boolean) =>
      new Promise<SMTPConnectionSendInfo>((resolve, reject) => {
        wrapped.sent += 1;
        const restore = smtpUtf8 ? addSmtpUtf8(connection) : undefined;
        // nodemailer forgets its callback where it closes the connection by itself; its own error comes first.
        const onEnd = (): void => void setImmediate(() => reject(connectionClosed()));
        connection.once("end", onEnd);
        connection.send(envelope, body as unknown as Readable, (error, info) => {
          connection.off("end", onEnd);
          restore?.();
          if (error !== null || info === undefined) reject(error ?? connectionClosed());
          else resolve(info);
        });
      }),
    keepAlive: (keeps: boolean) => keepAlive(connection, keeps),
    reset: async () => {
      if (wrapped.ended) return;
      await within(connection, resetMs, (done) => {
        connection.reset((error) => {
          if (error !== null) connection.close();
          done();
        });
      });
    },
    quit: async () => {
      if (wrapped.ended) return;
      await within(connection, quitMs, () => connection.quit());
    },
    destroy: () => connection.close(),
  };
  // The reply to the last EHLO: it is there when this event comes.
  connection.once("connect", () => {
    wrapped.offers = parseExtensions(connection.lastServerResponse || "");
  });
  connection.once("end", () => {
    wrapped.ended = true;
  });
  return wrapped;
}

const maxReplyCharacters = 8_192;

/** Reads the lines of a reply to EHLO. */
function parseExtensions(reply: string): Extensions {
  const lines = reply
    .slice(0, maxReplyCharacters)
    .split(/\r?\n/)
    .map((line) => line.slice(4).trim().toUpperCase());
  const limits = lines.find((line) => /^LIMITS(?: |$)/.test(line))?.split(" ") ?? [];
  const limitOf = (name: string): number => {
    const text = limits.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    const value = text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : 0;
    return value > 0 ? value : Number.POSITIVE_INFINITY;
  };
  return {
    smtpUtf8: lines.some((line) => /^SMTPUTF8(?: |$)/.test(line)),
    maxRecipients: limitOf("RCPTMAX"),
    maxMessages: limitOf("MAILMAX"),
  };
}
