import type { ErrorRow } from "./error-row.ts";
import { errorTables } from "./error-tables.ts";
import { rowFor } from "./explain-answer.ts";

/** The row that a status and the vendor's own code lead to: `explainHttpAnswer("resend", 403, "validation_error")`. */
export function explainHttpAnswer(
  api: Exclude<keyof typeof errorTables, "otherwise">,
  status: number,
  code?: string,
): ErrorRow | undefined {
  return rowFor(errorTables[api], status, code);
}
