import type { SecureContext } from "node:tls";
import type { SmtpAction } from "./action.ts";
import type { SmtpServerOptions, SmtpStep } from "./contract.ts";
import type { AcceptedMail, SmtpLogin, SmtpSession } from "./records.ts";

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

/** A session's record while it is written. */
export type SessionRecord = { -readonly [Key in keyof SmtpSession]: SmtpSession[Key] } & {
  commands: string[];
  logins: SmtpLogin[];
};

/** One step of a session as a working server would take it; a script may put other answers in. */
export interface Exchange {
  readonly step: SmtpStep;
  readonly line: string;
  readonly address?: string;
  readonly body?: Buffer;
  /** The reply as it goes on the wire; empty where nothing is to be said. */
  reply(): string;
  /** What a reply with this code changes. */
  answered?(code: number): void;
  /** What happens once everything of this step has been said. */
  after?(): void;
}

/** What a session needs of its server. */
export interface SessionHost {
  readonly options: SmtpServerOptions;
  readonly record: SessionRecord;
  secureContext(): SecureContext;
  /** What the script says for this step now; counts the occurrence. */
  decide(exchange: Exchange): SmtpAction | undefined;
  accept(mail: AcceptedMail): void;
}

/** A step at which a working server says nothing. */
export const silent = (step: SmtpStep, after?: () => void): Exchange => ({
  step,
  line: "",
  reply: () => "",
  ...(after === undefined ? {} : { after }),
});

export const isSuccess = (code: number): boolean => code >= 200 && code < 300;

/** Forgets the mail under way. */
export function clearMail(dialogue: Dialogue): void {
  dialogue.from = undefined;
  dialogue.to = [];
}
