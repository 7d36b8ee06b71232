import type { Readable } from "node:stream";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { SMTPConnectionSendInfo, SMTPEnvelope } from "nodemailer/lib/smtp-connection";
import { type Extensions, extensions } from "./extensions.ts";
import { sayUtf8 } from "./nodemailer-internals.ts";

/** One connection to the server, greeted, encrypted as wanted and logged in (RFC 5321, 3.1). */
export interface Session {
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
  send(envelope: SMTPEnvelope, body: Readable, smtpUtf8: boolean): Promise<SMTPConnectionSendInfo>;
  /** RSET; resolves when the session is fit for another message, or has been closed instead. */
  reset(): Promise<void>;
  /** QUIT, then closed; resolves when that is done, at most `quitMs` later. */
  quit(): Promise<void>;
  /** Closes the socket at once. */
  destroy(): void;
}

/** Courtesies at the end of a session are not waited for any longer than this. */
const quitMs = 1_000;
const resetMs = 5_000;

const closed = (): Error => Object.assign(new Error("Connection closed"), { code: "ECONNECTION" });

/** Runs `act`, whose `done` settles it; the session's end or the time limit settle it too. */
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

const nothing = (): void => {};

/** A session on a connection that is ready for mail. */
export function session(connection: SMTPConnection): Session {
  let ended = false;
  let sent = 0;
  let offers = extensions("");
  // The reply to the last EHLO: this is told at once when it has come.
  connection.once("connect", () => {
    offers = extensions(connection.lastServerResponse || "");
  });
  connection.once("end", () => {
    ended = true;
  });
  return {
    get ended() {
      return ended;
    },
    get sent() {
      return sent;
    },
    get offers() {
      return offers;
    },
    send: (envelope, body, smtpUtf8) =>
      new Promise((resolve, reject) => {
        sent += 1;
        const done = smtpUtf8 ? sayUtf8(connection) : nothing;
        // nodemailer forgets its callback where it closes the connection by itself; its own error comes first.
        const onEnd = (): void => void setImmediate(() => reject(closed()));
        connection.once("end", onEnd);
        connection.send(envelope, body, (error, info) => {
          connection.off("end", onEnd);
          done();
          if (error !== null || info === undefined) reject(error ?? closed());
          else resolve(info);
        });
      }),
    reset: async () => {
      if (ended) return;
      await within(connection, resetMs, (done) => {
        connection.reset((error) => {
          if (error !== null) connection.close();
          done();
        });
      });
    },
    quit: async () => {
      if (ended) return;
      await within(connection, quitMs, () => connection.quit());
    },
    destroy: () => connection.close(),
  };
}
