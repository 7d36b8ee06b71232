import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../src/clock.ts";
import { build, plan } from "./random-chain.ts";
import { sampleMessage } from "./sample-message.ts";

const runs = 1_000;
const atOnce = 20;

test("on the machine's own clock, too, an abort at any point ends a delivery soon", { timeout: 120_000 }, async () => {
  const message = await sampleMessage();
  const plans = fc.sample(fc.tuple(plan, fc.integer({ min: 0, max: 20 })), runs);
  const late: unknown[] = [];
  let aborted = 0;
  while (plans.length > 0) {
    const batch = plans.splice(0, atOnce).map(async ([made, abortAfterMs]) => {
      const { chain } = build({ ...made, recipients: 1 }, systemClock);
      const controller = new AbortController();
      let abortedAt: number | undefined;
      const timer = setTimeout(() => {
        abortedAt = performance.now();
        controller.abort();
      }, abortAfterMs);
      const delivery = await chain.send(message, { signal: controller.signal });
      clearTimeout(timer);
      if (abortedAt === undefined) return;
      aborted += 1;
      const tookMs = performance.now() - abortedAt;
      if (tookMs > 50) late.push({ tookMs, made, delivery });
    });
    await Promise.all(batch);
  }
  expect(late).toEqual([]);
  expect(aborted).toBeGreaterThan(runs / 10);
});
