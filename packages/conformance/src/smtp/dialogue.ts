import type { Exchange } from "./exchange.ts";
import type { SmtpServerOptions } from "./smtp-server-options.ts";
import type { SmtpLogin, SmtpSession } from "./smtp-session.ts";

/** A session's record while it is written. */
export type SessionRecord = { -readonly [Key in keyof SmtpSession]: SmtpSession[Key] } & {
  commands: string[];
  logins: SmtpLogin[];
};

/** Where an SMTP session stands (RFC 5321, 4.1.4). */
export interface Dialogue {
  readonly options: SmtpServerOptions;
  readonly record: SessionRecord;
  greeted: boolean;
  authenticated: boolean;
  from: string | undefined;
  to: string[];
  /** Takes the next line in place of the command table, after a 334. */
  next: ((line: string) => Exchange) | undefined;
  /** What the connection can do. */
  readonly connection: {
    /** Reads a body from here on. */
    startBody(): void;
    /** Forgets what came in and begins the handshake. */
    startTls(): void;
    end(): void;
  };
}

/** Forgets the mail under way. */
export function clearMail(dialogue: Dialogue): void {
  dialogue.from = undefined;
  dialogue.to = [];
}
