import type { SnsSender } from "../feedback/sns-sender.ts";
import type { CertificateKind } from "../server/certificates.ts";
import type { AcceptedEmail, SesAccount } from "./account.ts";
import type { SesError } from "./answer.ts";

/** A running SES server. */
export interface SesServer {
  /** `"http://127.0.0.1:4711"`, for the client's `endpoint` option. */
  readonly endpoint: string;
  readonly host: "127.0.0.1";
  readonly port: number;
  /** Every mail really accepted, in order, whatever its sender was told. The list grows. */
  readonly accepted: readonly AcceptedEmail[];
  /** Every HTTP request whose head came in, in order. The list grows. */
  readonly requests: readonly SesRequest[];
  /** TCP connections accepted since the start or the last `reset()`. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** The PEM certificate of the authority that signed the server's, for an HTTPS client. */
  readonly ca: string;
  /** The account as it stands, with what was sent counted in. */
  readonly account: SesAccount;
  /** Changes the account for requests from now on. A new `quota` starts counting from its `sentLast24Hours`. */
  configure(changes: Partial<SesAccount>): void;
  /** Puts another fault in the place of the present one; without one the server works. */
  fault(next?: SesFault | SesDecision): void;
  /** Forgets records and counts, what was sent included. */
  reset(): void;
  /** Stops listening and kills every connection: clients get ECONNREFUSED. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  close(): Promise<void>;
}

export interface SesServerOptions extends Partial<SesAccount> {
  /** Default: a free port. */
  readonly port?: number;
  /** HTTPS with a test certificate of this kind. Default: plain HTTP. */
  readonly certificate?: CertificateKind;
  /** Where the server misbehaves. Default: nowhere. */
  readonly fault?: SesFault | SesDecision;
  /** What a mail leads to that is for an address of SES' mailbox simulator. Default: to nothing. */
  readonly simulator?: SesSimulator;
}

/**
 * Tells by SNS what SES does of mails for `success@`, `bounce@`, `complaint@`, `suppressionlist@` and
 * `ooto@simulator.amazonses.com`, with labels or without (`bounce+one@`).
 */
export interface SesSimulator {
  /** Signs the notifications. */
  readonly sns: Pick<SnsSender, "event">;
  /** Where they are posted: `http://127.0.0.1:8738/feedback/ses`. */
  readonly url: string;
  /** How long after a mail was accepted. Default: 50. */
  readonly delayMs?: number;
}

/** A request the server saw, for assertions. */
export interface SesRequest {
  /** Undefined when the body was not read. */
  readonly action?: string;
  readonly at: Date;
  /** Bytes of the body that were read. */
  readonly bytes: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
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

/** What a fault function gets to know. */
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
 * Decides for each request; `undefined` is what a working server does. It is called once the body has been read, since
 * the action stands in there: a `beforeRead`, `whileReading` or `noRead` from a function acts then.
 */
export type SesDecision = (moment: SesMoment) => SesFault | undefined;
