import type { FailureKind } from "@relais/core";
import { withoutAddresses } from "@relais/core/spi";
import type { State } from "./states.ts";

/** One attempt, as `delivery_trace` tells of it. No addresses, no credentials. */
export interface TraceAttempt {
  readonly n: number;
  readonly provider: string;
  /** ISO 8601. */
  readonly at: string;
  readonly ms: number;
  readonly phase: "open" | "handed_over";
  readonly success?: true;
  readonly messageId?: string;
  readonly kind?: FailureKind;
  readonly code?: string;
  readonly reason?: string;
  /** The provider was not asked: its breaker was open, or a limit reached. */
  readonly skipped?: true;
  /** It was not asked so many times, one after the other; this entry tells of all of them. */
  readonly times?: number;
  /** The last of those times, ISO 8601. */
  readonly lastAt?: string;
  /** Came after the attempt had been given up, or its worker lost. */
  readonly late?: true;
  /** Of how many recipients, and how many of them it accepted, where these differ. */
  readonly recipients?: number;
  readonly accepted?: number;
  readonly worker: string;
}

/** How a message that was `unknown` was settled. */
export interface Resolution {
  /** `policy`, `late-answer`, or `operator:NAME`. */
  readonly by: string;
  readonly as: "sent" | "failed" | "resend";
  readonly at: string;
  readonly note?: string;
}

/** The column `delivery_trace`. */
export interface DeliveryTrace {
  readonly v: 1;
  readonly status: State;
  /** The provider that really delivered. */
  readonly provider?: string;
  readonly messageId?: string;
  /** The last fifty; `relais.attempt` has all. */
  readonly attempts: readonly TraceAttempt[];
  /** How many entries are left out. */
  readonly omitted?: number;
  /** Some who have it may have had it before: it was sent again though nobody knew. */
  readonly possibleDuplicate?: true;
  readonly resolution: Resolution | null;
}

/** Postgres holds neither NUL nor half a character. */
const unholdable = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const longest = 500;

/** What a far end said, without the addresses in it, fit to be stored. */
export function storable(text: string): string {
  return shortened(withoutAddresses(holdable(text)));
}

/** A far end's own id of a message, fit to be stored: it may look like an address, and is none. */
export function storableId(text: string): string {
  return shortened(holdable(text));
}

/** A text, fit to be stored. */
export function holdable(text: string): string {
  return text.replace(unholdable, "\uFFFD");
}

/** Not in the middle of a character. */
const shortened = (text: string): string => text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "");
