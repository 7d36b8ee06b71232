import type { Attempt, Failure } from "@relais/core/spi";
import { clean, cleanOwn } from "./clean.ts";

/** A failure (or the failure of an attempt) as it may stand in a log. */
export type FailureFields = Readonly<Record<string, unknown>>;

/** @param reasons whether the far end's words are wanted */
export function failureFields(failure: Failure | Attempt, reasons: boolean): FailureFields {
  const { provider, kind, code, reason, retryAfterMs } = failure;
  const cleaned = provider === "message" ? cleanOwn : clean;
  return {
    provider,
    kind,
    ...(code === undefined ? {} : { code: clean(code) }),
    ...(reasons && reason !== undefined ? { reason: cleaned(reason) } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
