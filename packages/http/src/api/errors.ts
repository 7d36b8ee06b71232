import { withoutAddresses } from "@relais/core/spi";
import {
  httpStatuses as commonStatuses,
  holdsStatus,
  type Meaning,
  type RetryAfterSource,
  rows,
} from "@relais/http-client";

/** What follows from one answer of an HTTP mail API. The first row whose status, code and words all fit is the answer. */
export interface ErrorRow extends Meaning {
  /** One HTTP status, or the first and last of a range. Absent: any. */
  readonly status?: number | readonly [number, number];
  /** The vendor's own code. Absent: any, or none. */
  readonly code?: string | RegExp;
  /**
   * What the vendor's words must hold, where the code alone does not say it. Addresses in them are `<address>`, and
   * nothing after the first 2,000 characters is looked at.
   */
  readonly says?: RegExp;
  /** It is the address's form that is not liked: one of an unusual form may be taken by the next provider. */
  readonly form?: true;
  /** The first that is there and can be read counts. */
  readonly retryAfter?: readonly RetryAfterSource[];
  /** How long to wait where the answer does not say it, ms. */
  readonly otherwiseMs?: number;
  /** No answer makes it shorter, ms: for quotas of a day, whose answers tell the reset of a second. */
  readonly atLeastMs?: number;
}

/** The source of rows that no page was found for: their kind is the careful one. */
export const fromMemory = "from memory, not re-checked";

const rfc9110 = "https://www.rfc-editor.org/rfc/rfc9110#section-15";

/** What follows from a status that the vendor's own table has no row for. */
export const httpStatuses: readonly ErrorRow[] = commonStatuses([
  { status: 400, ...rows.messageRefused, source: `${rfc9110}.5.1` },
  { status: 402, ...rows.misconfigured, meaning: "payment required", source: `${rfc9110}.5.3` },
  {
    status: 404,
    ...rows.misconfigured,
    meaning: "the endpoint does not know this path",
    source: `${rfc9110}.5.5`,
  },
  {
    status: 405,
    ...rows.misconfigured,
    meaning: "the endpoint does not know this request",
    source: `${rfc9110}.5.6`,
  },
  { status: 422, ...rows.messageRefused, source: `${rfc9110}.5.21` },
  // Its meaning is unknown here; the next provider may take the message, and this one the next message.
  {
    status: [400, 499],
    ...rows.messageRefused,
    meaning: "a refusal of an unknown kind",
    source: `${rfc9110}.5`,
  },
]);

/** Errors of vendors have some hundred characters; longer ones are cut before patterns look at them. */
export const maxCharacters = 2_000;

/** The row for a response: one of the vendor's, else one of `httpStatuses`. */
export function rowFor(
  errors: readonly ErrorRow[],
  status: number,
  code: string | undefined,
  words = "",
): ErrorRow | undefined {
  const ownCode = code?.slice(0, maxCharacters) ?? "";
  // An address may hold any word: it is none of the vendor's.
  const ownWords = withoutAddresses(words.slice(0, maxCharacters));
  const fits = (row: ErrorRow): boolean =>
    (row.status === undefined || holdsStatus(row.status, status)) &&
    (row.says === undefined || row.says.test(ownWords)) &&
    (row.code === undefined ||
      (code !== undefined && (typeof row.code === "string" ? row.code === ownCode : row.code.test(ownCode))));
  return errors.find(fits) ?? httpStatuses.find(fits);
}
