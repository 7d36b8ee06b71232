import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { sleep } from "../src/runtime/clock.ts";
import { manualClock } from "./manual-clock.ts";

test("sleeping ends when the time has come, and leaves no listener", async () => {
  const clock = manualClock();
  const { signal } = new AbortController();
  const slept = sleep(clock, 100, signal);
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  await clock.advance(100);
  expect(await slept).toBe(true);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("an abort wakes at once, and leaves no timer", async () => {
  const clock = manualClock();
  const controller = new AbortController();
  const slept = sleep(clock, 100, controller.signal);
  controller.abort();
  expect(await slept).toBe(false);
  expect(clock.pending).toBe(0);
  expect(await sleep(clock, 100, controller.signal)).toBe(false);
  expect(clock.pending).toBe(0);
});
