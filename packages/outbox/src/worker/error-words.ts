import { inspect } from "node:util";

const longest = 500;

/** What went wrong, in words on one line: some errors have none but a code, and some that are thrown are no errors. */
export function errorWords(error: unknown): string {
  return wordsOf(error).replace(/\s+/g, " ").slice(0, longest).toWellFormed();
}

function wordsOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { message, code, errors } = error as { message?: unknown; code?: unknown; errors?: unknown };
  if (typeof message === "string" && message !== "") return message;
  if (Array.isArray(errors) && errors.length > 0) return errors.map(wordsOf).join(", ");
  if (typeof code === "string" && code !== "") return code;
  return inspect(error, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
}
