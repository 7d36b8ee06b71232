import { afterAll, beforeAll, expect, test } from "vitest";
import { checkEnds, checkHandles, mb, type Soak, soak } from "./soak.ts";

const sends = 24_000;
const every = 4_000;

let soaked: Soak;
beforeAll(async () => {
  soaked = await soak(sends, every, 380_000);
}, 400_000);
afterAll(() => soaked.ends.close());

test("24,000 mails end in every way, and the servers agree", () => checkEnds(soaked, sends));

test("they leave nothing on the heap", () => {
  // What leaks grows from each sample to the next. What Node compiles late, and keeps, does not: it comes in one of them,
  // or in some, and less and less. So the least growth of all is what counts, the first thousands left out.
  const samples = soaked.samples.filter(({ sends }) => sends >= every).slice(0, sends / every);
  const grown = samples.slice(1).map(({ heapUsed }, i) => heapUsed - (samples[i]?.heapUsed ?? Number.NaN));
  const outside = samples.slice(1).map(({ external }, i) => external - (samples[i]?.external ?? Number.NaN));
  expect(grown).toHaveLength(sends / every - 1);
  // 100 bytes a mail: less than the smallest thing that could be kept of one.
  expect(Math.min(...grown), grown.map(mb).join(", ")).toBeLessThan(every * 100);
  expect(Math.min(...outside), outside.map(mb).join(", ")).toBeLessThan(every * 100);
});

test("they leave no socket, timer or other handle, and no listener", () => checkHandles(soaked));
