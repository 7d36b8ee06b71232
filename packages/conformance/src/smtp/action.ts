/**
 * What follows an action: a word, or another action.
 *
 * - `"continue"`: nothing more; what was sent is the answer, the next command is awaited (the default of most actions)
 * - `"normal"`: what a working server does at this step
 * - `"drop"`, `"reset"`, `"stall"`: as the actions of these names
 */
export type SmtpFollowUp = "continue" | "normal" | "drop" | "reset" | "stall" | SmtpAction;

interface Keep {
  /**
   * At the step `dot` only: whether the server keeps the mail, i.e. has really accepted it. By default it does, unless
   * the answer is a 4xx or 5xx: a dropped, reset, stalled or garbled acknowledgement is one of a mail that was kept.
   * A mail is recorded at its final dot, before the answer goes out, also when that is delayed.
   */
  readonly keep?: boolean;
}

/** Answer with this reply, `"550 5.1.1 no such user"`; several lines make a multi-line reply. State follows its code. */
export interface SmtpReply extends Keep {
  readonly reply: string | readonly string[];
  readonly next?: SmtpFollowUp;
}

/** Close the connection in order (FIN), after sending the bytes of `after` as they are. */
export interface SmtpDrop extends Keep {
  readonly drop: true;
  readonly after?: string | Buffer;
}

/** Cut the connection (RST). */
export interface SmtpReset extends Keep {
  readonly reset: true;
}

/** Never answer, and keep the connection open. At the step `body` the server also stops reading. */
export interface SmtpStall extends Keep {
  readonly stall: true;
}

/** Wait, then go on: `next` is `"normal"` by default. */
export interface SmtpDelay extends Keep {
  readonly delayMs: number;
  readonly next?: SmtpFollowUp;
}

/** Answer one byte at a time. A text that does not end in a line feed gets CRLF. */
export interface SmtpTrickle extends Keep {
  readonly trickle: string;
  readonly everyMs: number;
  readonly next?: SmtpFollowUp;
}

/** Send these bytes and nothing else: garbage, half a reply, another protocol, an unsolicited reply. */
export interface SmtpRaw extends Keep {
  readonly raw: string | Buffer;
  readonly next?: SmtpFollowUp;
}

/** At the step `body`: act once this many bytes of the body have come in, as they were on the wire; 0 is at once. */
export interface SmtpAfterBytes extends Keep {
  readonly afterBytes: number;
  readonly next: "drop" | "reset" | "stall" | SmtpAction;
}

/** What the server does at a step in place of what a working server would. */
export type SmtpAction =
  | SmtpReply
  | SmtpDrop
  | SmtpReset
  | SmtpStall
  | SmtpDelay
  | SmtpTrickle
  | SmtpRaw
  | SmtpAfterBytes;
