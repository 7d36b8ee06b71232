import type { FailureKind } from "@relais/core";

/** What somebody on duty should hear of. It has no address and no words of a server: it may be shown anywhere. */
export interface Notice {
  /**
   * - `fallback`: a chain has begun to go on from this provider to the next
   * - `breaker-open`: this provider is no longer called
   * - `recovered`: its breaker has closed again
   * - `rate`: so much of its mail bounces, or is complained about, that it nears the share at which vendors review an
   *   account, or is over it
   * - `unknown`: it has not answered after a hand-over: a message may have arrived
   */
  readonly type: "fallback" | "breaker-open" | "recovered" | "rate" | "unknown";
  /** Ms since 1970. */
  readonly at: number;
  /** The chain's id. */
  readonly chain: string;
  /** The provider that has, or had, trouble. */
  readonly provider: string;
  /** Who is asked next, for a `fallback`. */
  readonly to?: string;
  /** Why; absent for `recovered`. */
  readonly kind?: FailureKind;
  readonly code?: string;
  /** Of `rate`: what, how much of the last 24 hours' mail, and how much is too much; 0.05 is 5 %. */
  readonly of?: "bounces" | "complaints";
  readonly rate?: number;
  readonly limit?: number;
  /** Of `unknown`: the message's id, unless an address may be in it. Its Message-ID begins with it. */
  readonly message?: string;
  /** Failovers from this provider, openings of its breaker and unknown messages after its last notice that had none. */
  readonly suppressed: number;
  /** All of it as one sentence. */
  readonly text: string;
}

/**
 * Gives a notice to somebody. May return a promise, which is waited for before the next notice is given.
 * @param signal aborts when it has taken too long
 */
export type Notify = (notice: Notice, signal: AbortSignal) => unknown;

/** Why a notice could not be given, without a secret. Messages of other errors may hold one, and are not shown. */
export class NoticeError extends Error {
  override readonly name = "NoticeError";
}

/** What may be shown of anything thrown. */
export function errorText(error: unknown): string {
  if (error instanceof NoticeError) return error.message;
  return `notify threw ${error instanceof Error ? error.name : typeof error}`;
}
