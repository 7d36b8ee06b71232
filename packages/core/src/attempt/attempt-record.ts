import type { Attempt } from "../events/delivery.ts";
import type { Outcome } from "../failure/outcome.ts";

/** What is known of an attempt besides its outcome. */
export interface AttemptFacts {
  readonly n: number;
  readonly id: string;
  readonly provider: string;
  /** Ms since 1970. */
  readonly at: number;
  readonly ms: number;
  readonly handedOver: boolean;
  readonly skipped: boolean;
  readonly recipients: number;
}

type Draft = { -readonly [K in keyof Attempt]: Attempt[K] };

/** An attempt as it stands in `delivery.attempts`. */
export function attemptRecord(facts: AttemptFacts, outcome: Outcome): Attempt {
  const draft: Draft = {
    n: facts.n,
    id: facts.id,
    provider: facts.provider,
    at: isoTime(facts.at),
    ms: Math.round(facts.ms * 1000) / 1000,
    success: outcome.success,
    phase: facts.handedOver ? "handed_over" : "open",
    skipped: facts.skipped,
    recipients: facts.recipients,
    accepted: outcome.success ? outcome.accepted.length : 0,
  };
  if (outcome.success) {
    draft.messageId = outcome.messageId;
  } else {
    draft.kind = outcome.kind;
    draft.reason = outcome.reason;
    if (outcome.code !== undefined) draft.code = outcome.code;
    if (outcome.retryAfterMs !== undefined) draft.retryAfterMs = outcome.retryAfterMs;
  }
  return Object.freeze(draft);
}

let lastMs = Number.NaN;
let lastIso = "";

/** Many attempts begin within the same millisecond, and writing one down costs more than a whole send should. */
function isoTime(at: number): string {
  const ms = Math.floor(at);
  if (ms !== lastMs) {
    lastIso = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastIso;
}

let sequence = 0;
const prefix = `${Math.random().toString(36).slice(2, 8)}-`;

/** An id that no other attempt of this process has. */
export function attemptId(): string {
  sequence += 1;
  // Radix 36: the decimal digits of numbers go into a cache of V8's, which keeps them.
  return prefix + sequence.toString(36);
}
