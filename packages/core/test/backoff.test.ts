import fc from "fast-check";
import { expect, test } from "vitest";
import { fullJitterMs } from "../src/policies/retry.ts";

test("the bound doubles with every retry, up to the cap", () => {
  const backoff = { baseMs: 200, capMs: 1_000 };
  const bounds = [1, 2, 3, 4, 5].map((retry) => fullJitterMs(retry, backoff, () => 1));
  expect(bounds).toEqual([200, 400, 800, 1_000, 1_000]);
  expect(fullJitterMs(3, backoff, () => 0.25)).toBe(200);
});

test("no base or no cap means no wait", () => {
  expect(fullJitterMs(5_000, { baseMs: 0, capMs: 1_000 }, () => 1)).toBe(0);
  expect(fullJitterMs(5_000, { baseMs: 10, capMs: 0 }, () => 1)).toBe(0);
});

test("never negative, never over the cap, never over the doubled bound, to attempt 10,000", () => {
  const amounts = fc.double({ min: 0, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      amounts,
      amounts,
      fc.double({ min: -1, max: 2, noNaN: true }),
      (retry, baseMs, capMs, random) => {
        const delay = fullJitterMs(retry, { baseMs, capMs }, () => random);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(capMs);
        if (baseMs > 0) expect(delay).toBeLessThanOrEqual(baseMs * 2 ** (retry - 1));
      },
    ),
    { numRuns: 5_000 },
  );
});
