import type { RetryAfterSource } from "./error-row.ts";

const dayMs = 24 * 60 * 60 * 1_000;

function waitMs(text: string, unit: RetryAfterSource["unit"], now: number): number {
  const isNumber = /^\d{1,12}(?:\.\d{1,6})?$/.test(text);
  if (unit === "epoch seconds") return isNumber ? Number(text) * 1_000 - now : Number.NaN;
  if (isNumber) return Number(text) * 1_000;
  return unit === "http" ? Date.parse(text) - now : Number.NaN;
}

/**
 * How long an answer asks us to wait, in ms from `now`: by the first source that is there and can be read, else
 * `undefined`. More than a day is taken for a day: nobody should be able to rest us for years.
 */
export function retryAfterMs(
  sources: readonly RetryAfterSource[],
  headers: Readonly<Record<string, string>>,
  now: number,
): number | undefined {
  for (const { header, unit } of sources) {
    const text = headers[header]?.trim();
    if (text === undefined) continue;
    const wait = waitMs(text, unit, now);
    if (!Number.isNaN(wait)) return Math.min(Math.max(0, wait), dayMs);
  }
  return undefined;
}
