import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../src/runtime/clock.ts";
import { build, plan } from "./random-chain.ts";
import { sampleMessage } from "./sample-message.ts";

const runs = 1_000;
const atOnce = 20;

test("on the machine's own clock, too, an abort at any point ends a delivery soon", {
  timeout: 120_000,
}, async () => {
  const message = await sampleMessage();
  const plans = fc.sample(fc.tuple(plan, fc.integer({ min: 0, max: 20 })), runs);
  const late: unknown[] = [];
  let aborted = 0;
  while (plans.length > 0) {
    const batch = plans.splice(0, atOnce).map(async ([made, abortAfterMs]) => {
      const { chain } = build({ ...made, recipients: 1 }, systemClock);
      const controller = new AbortController();
      // Against timers set at the abort rather than a stop watch, three in a row as the provider, the journal and the link
      // have: a busy machine delays both.
      let limit: NodeJS.Timeout | undefined;
      let over = false;
      const countDown = ([delayMs, ...more]: readonly number[]): void => {
        if (delayMs === undefined) over = true;
        else limit = setTimeout(countDown, delayMs, more);
      };
      const timer = setTimeout(() => {
        countDown([25, 20, 5]);
        controller.abort();
      }, abortAfterMs);
      const delivery = await chain.send(message, { signal: controller.signal });
      clearTimeout(timer);
      clearTimeout(limit);
      if (limit !== undefined) aborted += 1;
      if (over) late.push({ made, delivery });
    });
    await Promise.all(batch);
  }
  expect(late).toEqual([]);
  expect(aborted).toBeGreaterThan(runs / 10);
});
