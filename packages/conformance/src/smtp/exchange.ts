import type { SmtpStep } from "./smtp-script.ts";

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

export const isSuccess = (code: number): boolean => code >= 200 && code < 300;
