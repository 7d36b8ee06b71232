/**
 * Where a response says how long to wait: a header, and what its number counts (`http` is RFC 9110's: seconds or a
 * date), or its words ("try again after Mon, 01 Jan 2029 10:00:00 UTC", "in 20 minutes").
 */
export type RetryAfterSource =
  | {
      /** In lower case. */
      readonly header: string;
      readonly unit: "http" | "seconds" | "epoch seconds";
    }
  | { readonly words: true };

/** RFC 9110, 10.2.3, which any server may send. */
export const retryAfterHeader: RetryAfterSource = { header: "retry-after", unit: "http" };

const dayMs = 24 * 60 * 60 * 1_000;

function waitMs(text: string, unit: "http" | "seconds" | "epoch seconds", now: number): number {
  const isNumber = /^\d{1,12}(?:\.\d{1,6})?$/.test(text);
  if (unit === "epoch seconds") return isNumber ? Number(text) * 1_000 - now : Number.NaN;
  if (isNumber) return Number(text) * 1_000;
  return unit === "http" ? Date.parse(text) - now : Number.NaN;
}

const day = /(?:[A-Z][a-z]{2,8}, )?\d{1,2} [A-Z][a-z]{2,8} \d{4} \d{1,2}:\d{2}(?::\d{2})?/.source;
const isoDay = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?/.source;
const zone = / ?(?:UTC|GMT|Z|[+-]\d{2}:?\d{2})/.source;
const when = new RegExp(`\\b(?:after|at|until|on|by)\\b:? {0,2}(${day}|${isoDay})(${zone})?`);
const span = /\b(?:in|after|for|within) (\d{1,7}) ?(s|sec|seconds?|m|min|minutes?|h|hours?)\b/i;
const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** "try again after Mon, 01 Jan 2029 10:00:00 UTC", "enabled in 2081 seconds". A date without a zone is of UTC. */
function waitInWords(words: string, now: number): number {
  const [, date, offset = "UTC"] = when.exec(words) ?? [];
  if (date !== undefined) return Date.parse(`${date.replace("T", " ")} ${offset.trim()}`) - now;
  const [, count, unit = ""] = span.exec(words) ?? [];
  return count === undefined
    ? Number.NaN
    : Number(count) * (unitMs[unit.charAt(0).toLowerCase()] ?? Number.NaN);
}

/**
 * How long a response asks to wait, in ms from `now`: by the first source that is there and can be read, else
 * `undefined`. More than a day counts as a day: no server can pause a provider for years.
 */
export function retryAfterMs(
  sources: readonly RetryAfterSource[],
  headers: Readonly<Record<string, string>>,
  now: number,
  words = "",
): number | undefined {
  for (const source of sources) {
    const text = "words" in source ? undefined : headers[source.header]?.trim();
    if (!("words" in source) && text === undefined) continue;
    const wait = "words" in source ? waitInWords(words, now) : waitMs(text ?? "", source.unit, now);
    if (!Number.isNaN(wait)) return Math.min(Math.max(0, wait), dayMs);
  }
  return undefined;
}
