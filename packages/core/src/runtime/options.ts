const idShape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What an id must be, for sentences. */
export const idForm = "1 to 64 letters, digits, ., _ or -";

/** Whether a text can be the id of a provider, a link or a chain. */
export const isProviderId = (value: unknown): value is string =>
  typeof value === "string" && idShape.test(value);

/**
 * The one rule for ids of providers: every provider checks its own by it, since a link takes no other.
 * @param field named in the sentence, as `smtp: id`
 * @throws {TypeError} if it is none
 */
export function providerId(field: string, value: unknown): string {
  if (isProviderId(value)) return value;
  throw new TypeError(`${field} must be ${idForm}`);
}

/** Refuses options that do not exist, with the nearest one that does. @throws {TypeError} */
export function knownOptions(what: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`${what}: options must be an object`);
  }
  for (const key of Object.keys(options)) {
    if (names.includes(key)) continue;
    const near = didYouMean(key, names);
    throw new TypeError(
      `${what}: ${key} is not an option${near === undefined ? "" : `; did you mean ${near}?`}`,
    );
  }
}

interface Range {
  readonly min: number;
  readonly max?: number;
  readonly whole?: boolean;
  /** Whether `Infinity` is allowed. */
  readonly unbounded?: boolean;
}

/** `value`, or `fallback` if it is absent (`undefined` or `null`). @throws {RangeError} if it is not a number within `range` */
export function numberOption(what: string, value: unknown, fallback: number, range: Range): number {
  if (value === undefined || value === null) return fallback;
  const { min, max, whole = false, unbounded = false } = range;
  const usable =
    typeof value === "number" &&
    (Number.isFinite(value)
      ? !whole || Number.isInteger(value)
      : unbounded && value === Number.POSITIVE_INFINITY) &&
    value >= min &&
    (max === undefined || value <= max);
  if (usable) return value;
  const kind = whole ? "a whole number" : "a number";
  const bounds = max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new RangeError(
    `${what} must be ${kind} ${bounds}, got ${typeof value === "number" ? value : typeof value}`,
  );
}

/** How many letters must be changed, added, removed or swapped with a neighbour to make `a` into `b`. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(
        cell(rows, i - 1, j) + 1,
        (row[j - 1] ?? 0) + 1,
        cell(rows, i - 1, j - 1) + change,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, cell(rows, i - 2, j - 2) + 1);
      }
      row.push(least);
    }
    rows.push(row);
  }
  return cell(rows, a.length, b.length);
}

function cell(rows: readonly number[][], i: number, j: number): number {
  return rows[i]?.[j] ?? 0;
}

/** Whether one letter that is changed, added, removed or swapped with its neighbour makes one word into the other. */
export function isOneEdit(a: string, b: string): boolean {
  return Math.abs(a.length - b.length) <= 1 && a.length <= 64 && editDistance(a, b) === 1;
}

/** A name without what people write differently: `reply_to` and `replyTo`, `retries` and `retry`. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[_\s-]/g, "")
    .replace(/ies$/, "y")
    .replace(/(?<=..)s$/, "");

/** The candidate that `word` was probably meant to be, if any is near enough: a few letters apart, or its beginning. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const lower = word.toLowerCase();
  let best: string | undefined;
  let least = word.length < 4 ? 2 : Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    // Names without their unit are the usual slip: socketTimeout is socketTimeoutMs.
    const d =
      plain(word) === plain(candidate)
        ? 0
        : lower.length > 3 && known.startsWith(lower)
          ? 1
          : editDistance(lower, known);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}
