import type { FailureKind } from "@relais/core/spi";

/**
 * Where an answer says how long to wait: a header, and what its number counts (`http` is RFC 9110's: seconds or a
 * date), or its words ("try again after Mon, 01 Jan 2029 10:00:00 UTC", "in 20 minutes").
 */
export type RetryAfterSource =
  | {
      /** In lower case. */
      readonly header: string;
      readonly unit: "http" | "seconds" | "epoch seconds";
    }
  | { readonly words: true };

/**
 * Whom an error is about. `account`: key, pause, quota, plan, credits, our rate; it waits, told, and ends no message.
 * `identity`: one sender's address or domain, `message`, `recipient`: these say nothing about the provider.
 * `passing`: a state of the server or the network; it is tried again, or nobody knows.
 */
export type About = "account" | "identity" | "message" | "recipient" | "passing";

/** What follows from one answer of an HTTP mail API. The first row whose status, code and words all fit is the answer. */
export interface ErrorRow {
  /** One HTTP status, or the first and last of a range. Absent: any. */
  readonly status?: number | readonly [number, number];
  /** The vendor's own code. Absent: any, or none. */
  readonly code?: string | RegExp;
  /**
   * What the vendor's words must hold, where the code alone does not say it. Addresses in them are `<address>`, and
   * nothing after the first 2,000 characters is looked at.
   */
  readonly says?: RegExp;
  readonly kind: FailureKind;
  readonly about: About;
  /** It is the address's form that is not liked: one of an unusual form may be taken by the next provider. */
  readonly form?: true;
  /** What it means, as the beginning of a reason. */
  readonly meaning: string;
  /** The first that is there and can be read counts. */
  readonly retryAfter?: readonly RetryAfterSource[];
  /** How long to wait where the answer does not say it, ms. */
  readonly otherwiseMs?: number;
  /** No answer makes it shorter, ms: for quotas of a day, whose answers tell the reset of a second. */
  readonly atLeastMs?: number;
  /** The vendor's page that says so, or `fromMemory`. */
  readonly source: string;
}

/** The source of rows that no page was found for: their kind is the careful one. */
export const fromMemory = "from memory, not re-checked";

/** RFC 9110, 10.2.3, which any server may send. */
export const retryAfterHeader: RetryAfterSource = { header: "retry-after", unit: "http" };

const test = (wanted: string | RegExp, text: string): boolean =>
  typeof wanted === "string" ? wanted === text : wanted.test(text);

/** Whether a row speaks of this status, code and words. */
export function fits(row: ErrorRow, status: number, code: string | undefined, words = ""): boolean {
  const [from, to] = typeof row.status === "number" ? [row.status, row.status] : (row.status ?? [0, 999]);
  if (status < from || status > to) return false;
  if (row.says !== undefined && !row.says.test(words)) return false;
  return row.code === undefined || (code !== undefined && test(row.code, code));
}
