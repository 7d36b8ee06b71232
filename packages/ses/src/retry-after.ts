const dayMs = 24 * 60 * 60 * 1_000;

/**
 * A Retry-After header (RFC 9110, 10.2.3: seconds or a date) in ms from `now`, `undefined` if there is none that can
 * be read. More than a day is taken for a day: nobody should be able to rest us for years.
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const wait = /^\d{1,10}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  if (Number.isNaN(wait)) return undefined;
  return Math.min(Math.max(0, wait), dayMs);
}
