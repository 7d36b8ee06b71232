import { withoutAddresses } from "@relais/core/spi";
import type { Answer } from "./answer.ts";
import type { Diagnosis } from "./diagnose.ts";
import { type ErrorRow, fits } from "./error-row.ts";
import type { HttpApi } from "./http-api.ts";
import { httpStatuses } from "./http-statuses.ts";
import type { Letter } from "./letter.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What vendors say has some hundred characters; nobody's words may cost more than a look at so many. */
const maxCharacters = 2_000;

/** The row that speaks of an answer: one of the vendor's, else one of `httpStatuses`. */
export function rowFor(
  errors: readonly ErrorRow[],
  status: number,
  code: string | undefined,
  words = "",
): ErrorRow | undefined {
  const short = code?.slice(0, maxCharacters);
  // Whatever an address is named, it is no word of the vendor's.
  const said = withoutAddresses(words.slice(0, maxCharacters));
  return [...errors, ...httpStatuses].find((row) => fits(row, status, short, said));
}

/** What an answer that is no success means. */
export interface Explained extends Diagnosis {
  /** It is about a recipient. */
  readonly ofRecipient: boolean;
  /** About the form of its address. */
  readonly ofForm: boolean;
  /** The recipients it is about, if it says so. */
  readonly named: readonly string[];
  /** Recipients of whom it is about one or more, if it says no more than that. */
  readonly among: readonly string[];
}

function waitOf(row: ErrorRow | undefined, answer: Answer, words: string): number | undefined {
  if (row === undefined) return undefined;
  const { retryAfter = [], otherwiseMs, atLeastMs } = row;
  const said = retryAfterMs(retryAfter, answer.headers, Date.now(), words) ?? otherwiseMs;
  return atLeastMs === undefined ? said : Math.max(said ?? 0, atLeastMs);
}

/** What an answer that is no success means, and whom it is about, if it says so. */
export function explainAnswer(api: HttpApi, answer: Answer, letter?: Letter): Explained {
  const { code, text, about = [], among = [] } = api.complaint(answer, letter);
  const words = text?.slice(0, maxCharacters);
  const row = rowFor(api.errors, answer.status, code, words);
  return {
    kind: row?.kind ?? "unknown",
    reason: `${row?.meaning ?? "an answer that says nothing"}${words === undefined ? "" : `: ${words}`}`,
    code: code === undefined ? String(answer.status) : `${answer.status} ${code}`,
    retryAfterMs: waitOf(row, answer, words ?? ""),
    ofRecipient: row?.about === "recipient",
    ofForm: row?.form === true,
    named: about,
    among,
  };
}
