import type { ErrorRow } from "./error-row.ts";
import { errorTables } from "./error-tables.ts";
import { rowFor } from "./explain-answer.ts";

/**
 * The row that a status, the vendor's own code and its words lead to:
 * `explainHttpAnswer("resend", 400, "validation_error", "API key is invalid")`.
 */
export function explainHttpAnswer(
  api: Exclude<keyof typeof errorTables, "otherwise">,
  status: number,
  code?: string,
  words?: string,
): ErrorRow | undefined {
  return rowFor(errorTables[api], status, code, words);
}
