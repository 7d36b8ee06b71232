import type { Outcome } from "../failure/outcome.ts";
import type { Envelope, Message } from "../message/message.ts";
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
   * The point of no return. Await it once, right before the server could take the message (before SMTP's final
   * dot goes out; before an HTTP request is written), and do not cross if it rejects: then answer `cancelled`.
   * Never called: surely not delivered. Called: the answer of the server if it is definite, else `unknown`.
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

/** A provider's `send`, or what policies have made of it. Never rejects. */
export type Send = (message: Message, context: SendContext) => Promise<Outcome>;

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

/** Whether a provider looks as if it passed messages on to others. A guess before the call; what its attempts do decides. */
export function looksLikeForwarder(provider: object): boolean {
  return hasLinks(provider) || looksLikeLink(provider);
}
