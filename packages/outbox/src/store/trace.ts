import type { Attempt, FailureKind } from "@relais/core";
import { withoutAddresses } from "@relais/core/spi";
import type { Refusal, State } from "./message.ts";

/** One attempt in `delivery_trace`. No addresses, no credentials. */
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
  /** The provider was not called: its breaker was open, or a limit reached. */
  readonly skipped?: true;
  /** It was skipped so many times, one after the other; this entry stands for all of them. */
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
  /** `policy`, `late-answer`, `event` (the note says which), or `operator:NAME`. */
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
  /** Some who have it may have had it before: it was sent again while its outcome was unknown. */
  readonly possibleDuplicate?: true;
  readonly resolution: Resolution | null;
}

/** A row of `relais.attempt`. */
export interface AttemptRow {
  readonly message: string;
  readonly seq: number;
  readonly worker: string;
  readonly provider: string;
  readonly phase: "open" | "handed_over";
  /** `accepted`, a failure kind, or null while it is in flight. */
  readonly kind: string | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly recipients: readonly string[];
  readonly accepted: readonly string[];
  readonly rejected: readonly Refusal[];
  readonly provider_message_id: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
}

/** The attempts of a delivery as entries of the trace. @param before the number of its last entry */
export function traceEntries(attempts: readonly Attempt[], worker: string, before: number): TraceAttempt[] {
  return attempts.map((attempt, i) => {
    const { provider, at, ms, phase, success, kind, code, reason, messageId, recipients, accepted } = attempt;
    return {
      n: before + i + 1,
      provider,
      at,
      ms: Math.round(ms),
      phase,
      ...(success ? { success } : {}),
      ...(messageId === undefined ? {} : { messageId: storableId(messageId) }),
      ...(kind === undefined ? {} : { kind }),
      ...(code === undefined ? {} : { code: storable(code) }),
      ...(reason === undefined ? {} : { reason: storable(reason) }),
      ...(attempt.skipped ? { skipped: true } : {}),
      ...(success && accepted < recipients ? { recipients, accepted } : {}),
      worker,
    };
  });
}

/** An attempt as an entry of the trace, from its row: its message is recovered, or its delivery over. */
export function traceEntryOf(row: AttemptRow, n: number): TraceAttempt {
  const { worker, provider, phase, kind, code, reason, provider_message_id: messageId, started_at } = row;
  const success = kind === "accepted";
  return {
    n,
    provider,
    at: started_at.toISOString(),
    ms: Math.max(0, (row.ended_at?.getTime() ?? started_at.getTime()) - started_at.getTime()),
    phase,
    ...(success ? { success } : {}),
    ...(messageId === null ? {} : { messageId }),
    ...(success || kind === null ? {} : { kind: kind as FailureKind }),
    ...(code === null ? {} : { code }),
    ...(reason === null ? {} : { reason }),
    ...(kind === "skipped" ? { skipped: true } : {}),
    worker,
  };
}

type Entries = Pick<DeliveryTrace, "attempts">;

/** The number of the last entry; 0 if there is none. */
export function lastNumber({ attempts }: Entries): number {
  return attempts.at(-1)?.n ?? 0;
}

/** The provider that accepted the message last, for some of its recipients at least, and its own id of it. */
export function lastSuccess({ attempts }: Entries): Pick<DeliveryTrace, "provider" | "messageId"> {
  const success = attempts.findLast((attempt) => attempt.success);
  if (success === undefined) return {};
  const { provider, messageId } = success;
  return messageId === undefined ? { provider } : { provider, messageId };
}

const maxLength = 500;

/** A text that PostgreSQL can store: without NUL, and without half a surrogate pair. */
export function toPgText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}

/** A provider's text, without the addresses in it, that PostgreSQL can store. */
export function storable(text: string): string {
  return shortened(withoutAddresses(toPgText(text)));
}

/** A provider's own id of a message, that PostgreSQL can store: it may look like an address, and is none. */
export function storableId(text: string): string {
  return shortened(toPgText(text));
}

/** Not in the middle of a character. */
const shortened = (text: string): string =>
  text.length <= maxLength ? text : text.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, "");
