import type { Attempt } from "../events/delivery.ts";
import type { Observer } from "../events/event.ts";
import type { Journal } from "../events/journal.ts";
import type { Outcome } from "../failure/outcome.ts";
import type { Envelope, Message } from "../message/message.ts";
import type { ProviderLimits } from "./limits.ts";

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
   * The point of no return. Await it once, right before the server could take the message (before SMTP's final
   * dot goes out; before an HTTP request is written), and do not cross if it rejects: then answer `cancelled`.
   * Never called: surely not delivered. Called, and the server gave a definite answer: that answer. Called, and
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
  /** What the server lets us send, where it says so. */
  readonly quota?: Quota;
  /** The account looks like one that may only write to verified recipients. */
  readonly sandbox?: boolean;
}

/** A server's limits. Absent means that it sets none. */
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

/** What is known of an attempt, while it is made and afterwards. */
export interface AttemptState {
  readonly provider: string;
  readonly to: readonly string[];
  /** The hand-over is under way. */
  readonly isHandingOver: boolean;
  /** The message may be on its way. */
  readonly handedOver: boolean;
  /** It made attempts of others through its scope, as a chain does, and none of its own. */
  readonly forwarded: boolean;
  /** It was not made after all: the journal could not be opened for it. */
  readonly isVoid: boolean;
  /** Absent while it is under way. */
  readonly outcome: Outcome | undefined;
  /** Ends it at once, if it has not ended: its answer is no longer waited for. */
  abandon(): void;
}

/**
 * What belongs to a whole delivery rather than to one attempt. Handed down through links and chains within chains;
 * an ordinary provider has no use for it. Attempts are numbered and noted through it, by core alone.
 */
export interface DeliveryScope {
  /** Absent if there are no observers. */
  readonly observe?: Observer | undefined;
  readonly journal?: Journal | undefined;
  /** When the whole delivery must be over, as the chain's clock counts (`Clock.now`). */
  readonly deadlineAt: number;
}

/** A scope as core made it. */
export interface AttemptScope extends DeliveryScope {
  /**
   * The number of the attempt that begins now; 0 if none may begin any more.
   * @param attempt absent for one that is not made (a skipped one)
   * @param n a number that is taken already: the attempt is made in the name of one that had it
   */
  nextAttempt(attempt?: AttemptState, n?: number): number;
  /** Notes a finished or skipped attempt. */
  record(attempt: Attempt, outcome: Outcome): void;
}

/** A scope that core made; a value that is none counts for nothing. */
export function attemptScope(scope: DeliveryScope | undefined): AttemptScope | undefined {
  return scope !== undefined && "nextAttempt" in scope ? (scope as AttemptScope) : undefined;
}

/** Whether a value has what a link has, as a link does and what stands for one (a copy, a proxy). */
export function looksLikeLink(value: object): boolean {
  const { provider, dispositions, overrides, status, send } = value as Record<string, unknown>;
  return (
    [provider, dispositions, overrides].every((one) => typeof one === "object" && one !== null) &&
    typeof status === "function" &&
    typeof send === "function"
  );
}

/** Whether a provider has links of its own, as a chain does and what stands for one: they have their own policies. */
export function hasLinks(provider: object): boolean {
  return Array.isArray((provider as { readonly links?: unknown }).links);
}

/** Whether a provider looks as if it passed messages on to others. What it does counts; this is for what is told before. */
export function looksLikeForwarder(provider: object): boolean {
  return hasLinks(provider) || looksLikeLink(provider);
}

/** A provider's `send`, or what policies have made of it. Never rejects. */
export type Send = (message: Message, context: SendContext) => Promise<Outcome>;
