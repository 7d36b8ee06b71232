import { closest } from "./did-you-mean.ts";

/** Refuses options that do not exist, with the nearest one that does. @throws {TypeError} */
export function knownOptions(what: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`${what}: options must be an object`);
  }
  for (const key of Object.keys(options)) {
    if (names.includes(key)) continue;
    const near = closest(key, names);
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

/** `value`, or `fallback` if it is absent. @throws {RangeError} if it is not a number within `range` */
export function numberOption(what: string, value: unknown, fallback: number, range: Range): number {
  if (value === undefined) return fallback;
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
