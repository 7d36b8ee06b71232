import { type FailureKind, throughProxy } from "@relais/core/spi";
import type { Called } from "./call.ts";
import { connectionErrors } from "./connection-errors.ts";

/** A failure before it has a provider's name, and before secrets are out of it. */
export interface Diagnosis {
  readonly kind: FailureKind;
  readonly reason: string;
  readonly code?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly again?: false | undefined;
  /** Said by the API itself after the request was handed over: it has not taken the message. */
  readonly definite?: true | undefined;
}

function codeOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** What a call without an answer means. */
export function diagnose(called: Exclude<Called, { end: "answered" }>, aborted: boolean): Diagnosis {
  const { end, thrown } = called;
  const code = codeOf(thrown);
  if (end === "lost") {
    const why = thrown instanceof Error ? thrown.message : "no answer";
    return { kind: "unknown", reason: `contact lost after the message was handed over: ${why}`, code };
  }
  if (aborted || end === "held back")
    return { kind: "cancelled", reason: "given up before it was handed over" };
  const row = connectionErrors.find((one) => one.code.test(code ?? ""));
  const why = thrown instanceof Error && thrown.message !== "" ? `: ${thrown.message}` : "";
  return {
    kind: row?.kind ?? "transient",
    reason: `${row?.meaning ?? "not connected"}${why}${throughProxy(thrown)}`,
    code,
    again: row?.again,
  };
}
