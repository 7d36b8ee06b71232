import fc from "fast-check";
import { expect, test } from "vitest";
import { slidingWindow } from "../src/policies/sliding-window.ts";

test("what was taken leaves after the window, not before", () => {
  const window = slidingWindow(2, 1_000, 0);
  window.take(1, 0);
  window.take(1, 300);
  expect(window.waitMs(1, 400)).toBe(600);
  expect(window.waitMs(2, 400)).toBe(900);
  expect(window.waitMs(1, 999)).toBe(1);
  expect(window.waitMs(1, 1_000)).toBe(0);
});

test("something heavier than the limit goes alone", () => {
  const window = slidingWindow(3, 1_000, 0);
  expect(window.waitMs(10, 0)).toBe(0);
  window.take(10, 0);
  expect(window.waitMs(1, 0)).toBe(1_000);
  expect(window.waitMs(10, 1_000)).toBe(0);
});

test("what was taken within a grain is remembered as one, a grain longer", () => {
  const window = slidingWindow(2, 1_000, 100);
  window.take(1, 0);
  window.take(1, 99);
  expect(window.waitMs(1, 1_099)).toBe(1);
  expect(window.waitMs(2, 1_100)).toBe(0);
});

test("what is given back was never taken: the others stay where they are", () => {
  const window = slidingWindow(2, 1_000, 0);
  window.take(1, 0);
  window.take(1, 900);
  window.giveBack(1, 0);
  window.take(1, 950);
  // 900 and 950 are out until 1900.
  expect(window.used(1_001)).toBe(2);
  expect(window.waitMs(1, 1_001)).toBe(899);
});

test("what has left cannot be given back a second time", () => {
  const window = slidingWindow(1, 1_000, 0);
  window.take(1, 0);
  window.take(1, 1_500);
  window.giveBack(1, 0);
  expect(window.used(1_500)).toBe(1);
});

test("what is given back twice is given back once", () => {
  const window = slidingWindow(2, 1_000, 0);
  window.take(1, 0);
  window.take(1, 500);
  window.giveBack(1, 500);
  window.giveBack(1, 500);
  expect(window.used(500)).toBe(1);
});

interface Step {
  readonly afterMs: number;
  readonly weight: number;
  readonly back: boolean;
}

test("it never lets more through than a naive list of all that happened", () => {
  const step: fc.Arbitrary<Step> = fc.record({
    afterMs: fc.integer({ min: 0, max: 400 }),
    weight: fc.integer({ min: 1, max: 3 }),
    back: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 8 }),
      fc.constantFrom(0, 1, 50),
      fc.array(step, { maxLength: 60 }),
      (limit, grainMs, steps) => {
        const window = slidingWindow(limit, 1_000, grainMs);
        const taken: { readonly at: number; readonly weight: number }[] = [];
        const usedBetween = (from: number, to: number): number =>
          taken.filter(({ at }) => at > from && at <= to).reduce((sum, { weight }) => sum + weight, 0);
        let now = 0;
        for (const { afterMs, weight, back } of steps) {
          now += afterMs;
          if (back && taken.length > 0) {
            const [gone] = taken.splice(Math.floor(taken.length / 2), 1);
            if (gone !== undefined) window.giveBack(gone.weight, gone.at);
          }
          const waitMs = window.waitMs(weight, now);
          expect(waitMs).toBeGreaterThanOrEqual(0);
          expect(waitMs).toBeLessThanOrEqual(1_000 + grainMs);
          // As strict as the naive list, and with no grain exactly as strict.
          const fits = usedBetween(now - 1_000, now) + weight <= limit;
          if (waitMs === 0) expect(fits).toBe(true);
          else if (grainMs === 0) expect(fits).toBe(false);
          if (waitMs > 0) now += waitMs;
          if (window.waitMs(weight, now) === 0) {
            window.take(weight, now);
            taken.push({ at: now, weight });
          }
          expect(usedBetween(now - 1_000, now)).toBeLessThanOrEqual(limit);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
