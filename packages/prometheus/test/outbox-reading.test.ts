import { expect, test } from "vitest";
import { outboxReading } from "../src/targets/outbox-reading.ts";

const figures = { byState: { queued: 1 }, oldestQueuedMs: 0, rescheduled: 0 };
const after = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

test("one question serves all gauges of a scrape, and those of the next ones for a while", async () => {
  let asked = 0;
  const stats = async () => {
    asked += 1;
    return figures;
  };
  const read = outboxReading(stats, { cacheMs: 60, timeoutMs: 500 });
  expect(await Promise.all([read(), read(), read()])).toEqual([figures, figures, figures]);
  await read();
  expect(asked).toBe(1);
  await after(80);
  await read();
  expect(asked).toBe(2);
});

test("a database that fails is not asked at every scrape either, and is believed when it is back", async () => {
  let asked = 0;
  const stats = async () => {
    asked += 1;
    if (asked === 1) throw new Error("connection refused");
    return figures;
  };
  const read = outboxReading(stats, { cacheMs: 60, timeoutMs: 500 });
  expect([await read(), await read()]).toEqual([undefined, undefined]);
  expect(asked).toBe(1);
  await after(80);
  expect(await read()).toEqual(figures);
});

test("one that throws at once is one that fails", async () => {
  const stats = () => {
    throw new Error("closed");
  };
  expect(await outboxReading(stats, { cacheMs: 10, timeoutMs: 50 })()).toBeUndefined();
});

test("one that hangs holds up one scrape, for the time given, and is asked once", async () => {
  let asked = 0;
  let answer: (value: typeof figures) => void = () => undefined;
  const stats = () => {
    asked += 1;
    return new Promise<typeof figures>((resolve) => (answer = resolve));
  };
  const read = outboxReading(stats, { cacheMs: 1_000, timeoutMs: 200 });
  const began = performance.now();
  expect(await read()).toBeUndefined();
  const first = performance.now() - began;
  expect(first).toBeGreaterThan(150);
  expect(first).toBeLessThan(1_000);
  const again = performance.now();
  expect(await read()).toBeUndefined();
  expect(performance.now() - again).toBeLessThan(100);
  expect(asked).toBe(1);
  answer(figures);
  await after(1);
  expect(await read()).toEqual(figures);
});

test("figures that are old are not shown while the database hangs", async () => {
  let hangs = false;
  const stats = () => (hangs ? new Promise<never>(() => undefined) : Promise.resolve(figures));
  const read = outboxReading(stats, { cacheMs: 5, timeoutMs: 30 });
  expect(await read()).toEqual(figures);
  hangs = true;
  await after(10);
  expect(await read()).toBeUndefined();
});
