import type { FailureKind } from "@relais/core/spi";

/** Where an answer says how long to wait: a header, and what its number counts. `http` is RFC 9110's: seconds or a date. */
export interface RetryAfterSource {
  /** In lower case. */
  readonly header: string;
  readonly unit: "http" | "seconds" | "epoch seconds";
}

/** What follows from one answer of an HTTP mail API. The first row whose status and code both fit is the answer. */
export interface ErrorRow {
  /** One HTTP status, or the first and last of a range. Absent: any. */
  readonly status?: number | readonly [number, number];
  /** The vendor's own code. Absent: any, or none. */
  readonly code?: string | RegExp;
  readonly kind: FailureKind;
  /** What it means, as the beginning of a reason. */
  readonly meaning: string;
  /** The first that is there and can be read counts. */
  readonly retryAfter?: readonly RetryAfterSource[];
  /** The vendor's page that says so, or `fromMemory`. */
  readonly source: string;
}

/** The source of rows that no page was found for: their kind is the careful one. */
export const fromMemory = "from memory, not re-checked";

/** RFC 9110, 10.2.3, which any server may send. */
export const retryAfterHeader: RetryAfterSource = { header: "retry-after", unit: "http" };

/** Whether a row speaks of this status and code. */
export function fits(row: ErrorRow, status: number, code: string | undefined): boolean {
  const [from, to] = typeof row.status === "number" ? [row.status, row.status] : (row.status ?? [0, 999]);
  if (status < from || status > to) return false;
  if (row.code === undefined) return true;
  if (code === undefined) return false;
  return typeof row.code === "string" ? row.code === code : row.code.test(code);
}
