import { reason } from "../runtime/sanitize.ts";

/** A value as it may stand in an error sentence: one short line, in quotes. */
export function quote(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(reason(value, 60));
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object"
    ? "an object"
    : typeof value === "function"
      ? "a function"
      : reason(String(value), 60);
}
