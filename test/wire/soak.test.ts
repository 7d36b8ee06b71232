import { expect, test } from "vitest";
import { checkEnds, checkHandles, mb, soak } from "./soak.ts";

// A little of what soak.long.test.ts does with many more.
test("2,000 mails that end in every way leave nothing behind", { timeout: 120_000 }, async () => {
  const sends = 2_000;
  const soaked = await soak(sends, sends / 2, 110_000);
  checkEnds(soaked, sends);
  checkHandles(soaked);
  const [, early, late] = soaked.samples;
  // Node itself still grows by what it compiles. A delivery that is kept is more than that, and a mail all the more.
  const grown = (late?.heapUsed ?? Number.NaN) - (early?.heapUsed ?? Number.NaN);
  expect(grown, mb(grown)).toBeLessThan((sends / 2) * 2_000);
  await soaked.ends.close();
});
