/**
 * How far one call has come, in order. Up to `connected` the far end has nothing of it or only a part that it cannot
 * take; from `handed over` on it may have all of it.
 */
export type Stage = "preparing" | "connecting" | "connected" | "handed over" | "answering" | "answered";

/** What one call leaves behind on the wire: the evidence that a failure is read from. */
export interface Exchange {
  stage: Stage;
  /** Whether the hand-over was confirmed and the last bytes may have left. Never goes back to false. */
  handedOver: boolean;
  /** HTTP status, as soon as the head of the answer is there. */
  status?: number;
  /** The answer's Retry-After, in ms. */
  retryAfterMs?: number;
  /** Awaited right before the last bytes of the request are written; if it rejects they are not. */
  readonly handOver?: () => Promise<void>;
  /** The hand-over was refused. */
  refused?: boolean;
}

/** A new exchange; without `handOver` for calls that only read. */
export function exchange(handOver?: () => Promise<void>): Exchange {
  return { stage: "preparing", handedOver: false, ...(handOver === undefined ? {} : { handOver }) };
}
