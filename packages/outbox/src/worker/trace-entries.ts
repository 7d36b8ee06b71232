import type { Attempt, FailureKind } from "@relais/core";
import { type DeliveryTrace, storable, storableId, type TraceAttempt } from "../store/trace.ts";

/** Attempts of a delivery, as the trace tells of them. @param before the number of its last entry */
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

/** An attempt as the journal has it. */
export interface AttemptRow {
  readonly seq: number;
  readonly worker: string;
  readonly provider: string;
  readonly phase: "open" | "handed_over";
  readonly kind: string | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly recipients: readonly string[];
  readonly accepted: readonly string[];
  readonly rejected: readonly { readonly address: string; readonly kind: string; readonly reason: string }[];
  readonly provider_message_id: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
}

/** An attempt out of the journal, where no delivery tells of it. */
export function traceEntry(row: AttemptRow, n: number): TraceAttempt {
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

/** The number of the last entry; 0 if there is none. */
export function lastNumber({ attempts }: Pick<DeliveryTrace, "attempts">): number {
  return attempts.at(-1)?.n ?? 0;
}

/** The provider that accepted the message last, for some of its recipients at least, and its own id of it. */
export function lastSuccess({ attempts }: Pick<DeliveryTrace, "attempts">): {
  readonly provider?: string | undefined;
  readonly messageId?: string | undefined;
} {
  const success = attempts.findLast((attempt) => attempt.success);
  return success === undefined ? {} : { provider: success.provider, messageId: success.messageId };
}
