import type { Outcome } from "../failure/outcome.ts";
import type { Envelope } from "../message/envelope.ts";
import type { Message } from "../message/message.ts";
import type { ProviderLimits } from "./limits.ts";
import type { DeliveryScope } from "./scope.ts";

/** What a provider is given with each message. */
export interface SendContext {
  /**
   * Whom this attempt is for: all recipients, those that an earlier attempt left over, or as many as `limits` allows.
   * Use this, not `message.to`.
   */
  readonly envelope: Envelope;
  /** Aborts when the caller gives up, when the attempt's time is over, or the deadline of the delivery passes. */
  readonly signal: AbortSignal;
  /**
   * The point of no return. Await it once, right before the far end could take the message (before SMTP's final
   * dot goes out; before an HTTP request is written), and do not cross if it rejects: then answer `cancelled`.
   * Never called: surely not delivered. Called, and the far end gave a definite answer: that answer. Called, and
   * none came: `unknown`.
   */
  handOver(): Promise<void>;
  /** For providers that contain others, such as a chain: pass it on as it is. */
  readonly scope?: DeliveryScope | undefined;
}

/** What `verify` may be given; everything is optional. */
export interface VerifyContext {
  readonly signal?: AbortSignal;
}

/** How a provider is doing, found out without sending anything. */
export interface Health {
  readonly provider: string;
  /** It could be reached and would take mail from us. */
  readonly ok: boolean;
  /** One line: what is wrong, or what was found. */
  readonly reason?: string;
  /** The failure behind `ok: false`, of the kind that a send would have met. */
  readonly failure?: Outcome & { readonly success: false };
  /** What the far end lets us send, where it says so. */
  readonly quota?: Quota;
  /** The account looks like one that may only write to verified recipients. */
  readonly sandbox?: boolean;
}

/** A far end's own limits. Absent means that it sets none. */
export interface Quota {
  readonly perSecond?: number;
  readonly perDay?: number;
  readonly sentLastDay?: number;
}

/** One way to hand over e-mail: an id and one function that never rejects. */
export interface Provider {
  /** The instance's name, unique in its chain: `SMTP`, `SES-EU`. */
  readonly id: string;
  /**
   * What it takes in one attempt, where that is known before it is asked: from its vendor's page, or learned. May be a
   * getter. A provider around another one passes it on, or has none.
   */
  readonly limits?: ProviderLimits | undefined;
  /** Tries once, and answers for itself: everything that its wire library throws becomes a failure of some kind. */
  send(message: Message, context: SendContext): Promise<Outcome>;
  /** Reaches, logs in, asks for quotas; sends nothing; never rejects. */
  verify?(context?: VerifyContext): Promise<Health>;
  /**
   * Finishes what is under way and lets go of every socket. May be called twice. Afterwards `send` answers `skipped`
   * with the code `closed`: a chain goes on to its next provider.
   */
  close?(): Promise<void>;
  /** `close`, for `await using`. */
  [Symbol.asyncDispose]?(): Promise<void>;
}
