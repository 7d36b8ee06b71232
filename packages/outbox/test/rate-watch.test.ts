import fc from "fast-check";
import { expect, test } from "vitest";
import { type RateChange, rateWatch } from "../src/worker/rate-watch.ts";

const at = (bounceRate: number | undefined): Parameters<ReturnType<typeof rateWatch>>[0] => [
  {
    provider: "SES",
    byType: {} as never,
    hard: 0,
    lastAt: new Date(),
    ...(bounceRate !== undefined && { bounceRate }),
  },
];
const story = (rates: readonly (number | undefined)[]): (RateChange["level"] | undefined)[] => {
  const watch = rateWatch();
  return rates.map((rate) => watch(at(rate))[0]?.level);
};

test.each([
  [
    [0, 0.01, 0.024],
    [undefined, undefined, undefined],
  ],
  [
    [0.025, 0.03, 0.05, 0.06],
    ["near", undefined, "over", undefined],
  ],
  [
    [0.06, 0.045, 0.039, 0.021, 0.019],
    ["over", undefined, "near", undefined, "below"],
  ],
  [
    [0.06, undefined, 0.06],
    ["over", "below", "over"],
  ],
])("%j is told as %j", (rates, levels) => expect(story(rates)).toEqual(levels));

test("a rate that moves by less than a fifth is told once", () =>
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 0.2, noNaN: true }),
      fc.array(fc.double({ min: 0.9, max: 1.1, noNaN: true }), { maxLength: 50 }),
      (rate, moves) => {
        expect(story([rate, ...moves.map((by) => rate * by)]).filter((one) => one !== undefined).length)
          // It may start on one side of both thresholds' neighbourhoods and go up once.
          .toBeLessThanOrEqual(2);
      },
    ),
  ));
