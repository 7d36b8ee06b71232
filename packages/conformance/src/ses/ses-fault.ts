import type { SesError } from "./ses-error.ts";
import type { SesServer } from "./ses-server.ts";

interface Times {
  /** How many requests it meets before it is over. Default: all. Setting a fault anew starts its count again. */
  readonly times?: number;
}

/** Where a request is when it breaks: `accepted` mails are recorded before an `afterAccept`. */
export type SesBreakPoint = "beforeRead" | "whileReading" | "beforeProcessing" | "afterAccept";

/** Answer with an SES error; nothing is accepted. */
export interface SesErrorFault extends Times {
  readonly error: SesError;
}

/** Answer as a proxy on the way would: any status, any body; nothing is accepted. */
export interface SesForeignFault extends Times {
  readonly status: number;
  /** Default: empty. */
  readonly body?: string;
  /** Default: `"text/html"`. */
  readonly contentType?: string;
}

/** Cut the connection (RST). */
export interface SesResetFault extends Times {
  readonly reset: SesBreakPoint;
}

/** Close the connection in order (FIN), without an answer. */
export interface SesCloseFault extends Times {
  readonly close: SesBreakPoint;
}

/** Never answer; with `noRead`, never read the body either. */
export interface SesStallFault extends Times {
  readonly stall: "noRead" | "beforeProcessing" | "afterAccept";
}

/**
 * Do what was asked, and answer 200 with an odd body:
 *
 * - `html`, `empty`: not XML
 * - `huge`: `bytes` of filling after the message id (default 50 MB)
 * - `truncated`: half of the body, then the connection closes
 * - `trickle`: one character each `everyMs` (default 20)
 * - `noMessageId`: the right form without the one thing that matters
 * - `xmlBomb`: the message id is an entity of nested entities
 */
export interface SesOddFault extends Times {
  readonly ok: "html" | "empty" | "huge" | "truncated" | "trickle" | "noMessageId" | "xmlBomb";
  readonly bytes?: number;
  readonly everyMs?: number;
}

/** Wait before the request is processed; then the other fault, or what a working server does. */
export interface SesDelayFault extends Times {
  readonly delayMs: number;
  readonly next?: SesFault;
}

/** Answer RequestExpired (400), as for a request that was under way too long. */
export interface SesExpiredFault extends Times {
  readonly expiredRequest: true;
}

export type SesFault =
  | SesErrorFault
  | SesForeignFault
  | SesResetFault
  | SesCloseFault
  | SesStallFault
  | SesOddFault
  | SesDelayFault
  | SesExpiredFault;

/** What a fault function is told. */
export interface SesMoment {
  readonly server: SesServer;
  /** `"SendRawEmail"`. */
  readonly action: string;
  /** How often this action has been asked for, this time included, since the start or `reset()`. */
  readonly nth: number;
  /** The query's parameters as they came: `RawMessage.Data` is base64. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Decides for each request; `undefined` is what a working server does. It is asked once the body has been read, since
 * the action stands in there: a `beforeRead`, `whileReading` or `noRead` from a function acts then.
 */
export type SesDecision = (moment: SesMoment) => SesFault | undefined;
