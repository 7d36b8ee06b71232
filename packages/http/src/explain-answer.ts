import type { Answer } from "./answer.ts";
import type { Diagnosis } from "./diagnose.ts";
import { type ErrorRow, fits } from "./error-row.ts";
import type { HttpApi } from "./http-api.ts";
import { httpStatuses } from "./http-statuses.ts";
import type { Letter } from "./letter.ts";
import { retryAfterMs } from "./retry-after.ts";

/** The row that speaks of an answer: one of the vendor's, else one of `httpStatuses`. */
export function rowFor(
  errors: readonly ErrorRow[],
  status: number,
  code: string | undefined,
): ErrorRow | undefined {
  return [...errors, ...httpStatuses].find((row) => fits(row, status, code));
}

/** What an answer that is no success means, and whom it is about, if it says so. */
export function explainAnswer(
  api: HttpApi,
  answer: Answer,
  letter?: Letter,
): Diagnosis & { readonly about: readonly string[] } {
  const { code, text, about = [] } = api.complaint(answer, letter);
  const row = rowFor(api.errors, answer.status, code);
  return {
    kind: row?.kind ?? "unknown",
    reason: `${row?.meaning ?? "an answer that says nothing"}${text === undefined ? "" : `: ${text}`}`,
    code: code === undefined ? String(answer.status) : `${answer.status} ${code}`,
    retryAfterMs:
      row?.retryAfter === undefined ? undefined : retryAfterMs(row.retryAfter, answer.headers, Date.now()),
    about,
  };
}
