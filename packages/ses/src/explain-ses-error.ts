import { httpStatuses } from "./http-statuses.ts";
import type { SesError } from "./ses-error.ts";
import { sesErrors } from "./ses-errors.ts";

/** The name under which an error stands in the table: both `Throttling` and `ThrottlingException` are `Throttling`. */
const stem = (name: string): string => name.replace(/Exception$/, "");

/** What SES says has some hundred characters; nobody's words may cost more than a look at so many. */
const maxCharacters = 2_000;

/**
 * What an error of SES means to Relais: the row for its name (with or without `Exception`), message and HTTP status.
 * A name that is not in the table counts by its status: 5xx is SES's trouble (`transient`), anything else a no to
 * this message (`refused`). Without a name (no error body of SES, something in between answered) the status decides.
 */
export function explainSesError(name: string | undefined, message = "", status = 400): SesError {
  if (name === undefined || name === "") {
    const row = httpStatuses.find(({ from, to }) => status >= from && status <= to);
    const { kind, about, meaning, retryAfterMs, source } = row ?? {
      kind: "unknown",
      about: "passing",
      meaning: "not an answer",
      source: "",
    };
    return {
      name: `HTTP ${status}`,
      kind,
      about,
      meaning,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      source,
    };
  }
  const wanted = stem(name.slice(0, maxCharacters));
  const words = message.slice(0, maxCharacters);
  const known = sesErrors.find(
    (row) => row.name === wanted && (row.says === undefined || row.says.test(words)),
  );
  if (known !== undefined) return known;
  return status >= 500
    ? {
        name: wanted,
        kind: "transient",
        about: "passing",
        meaning: "failure inside SES",
        source: httpStatuses.at(-1)?.source ?? "",
      }
    : { name: wanted, kind: "refused", about: "message", meaning: "message refused", source: "" };
}
