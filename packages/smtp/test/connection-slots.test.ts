import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { connectionSlots, type Slot } from "../src/connection/connection-slots.ts";

const never = new AbortController().signal;
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("connection slots", () => {
  test("are given in order, and only to as many at once as there may be", async () => {
    const slots = connectionSlots(2, () => 0);
    const order: number[] = [];
    const held: Slot[] = [];
    for (let i = 0; i < 5; i++) {
      void slots.acquire(never).then((slot) => {
        order.push(i);
        held.push(slot as Slot);
      });
    }
    await soon();
    expect(order).toEqual([0, 1]);
    while (held.length > 0) {
      held.shift()?.release();
      await soon();
    }
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  test("are as many as were let in, and the one turned away is first in the queue", async () => {
    const slots = connectionSlots(5, () => 0);
    const held = (await Promise.all(Array.from({ length: 5 }, () => slots.acquire(never)))) as Slot[];
    const order: string[] = [];
    void slots.acquire(never).then(() => order.push("late"));
    const back = held
      .slice(2)
      .map((slot, i) => slot.requeue(never).then((again) => order.push(`${i} ${again}`)));
    await soon();
    expect(slots.limit).toBe(2);
    expect(order).toEqual([]);
    held[0]?.release();
    await soon();
    expect(order).toHaveLength(1);
    held[1]?.release();
    await soon();
    expect(order).toHaveLength(2);
    expect(order).not.toContain("late");
    for (const slot of held) slot.release();
    await Promise.all(back);
    await soon();
    expect(order.at(-1)).toBe("late");
  });

  test("grow again by and by, and more slowly after each time that was too many", async () => {
    let now = 0;
    const slots = connectionSlots(
      5,
      () => 0,
      () => now,
    );
    const acquire = async (): Promise<Slot> => (await slots.acquire(never)) as Slot;
    const turnAway = async (slot: Slot): Promise<void> => {
      const stop = new AbortController();
      const again = slot.requeue(stop.signal);
      stop.abort();
      expect(await again).toBe(false);
    };
    const [first, second] = [await acquire(), await acquire()];
    await turnAway(second);
    expect(slots.limit).toBe(1);
    first.release();

    const grownAfter: number[] = [];
    for (let i = 0; i < 3; i++) {
      const since = now;
      while (slots.limit === 1) {
        now += 1_000;
        (await acquire()).release();
      }
      grownAfter.push(now - since);
      expect(slots.limit).toBe(2);
      const [a, b] = [await acquire(), await acquire()];
      await turnAway(b);
      a.release();
      expect(slots.limit).toBe(1);
    }
    expect(grownAfter).toEqual([5_000, 10_000, 20_000]);
    now += 3_600_000;
    (await acquire()).release();
    expect(slots.limit).toBe(5);
  });

  test("with nothing of ours open, are waited for a short while, and not by each that comes after", async () => {
    const slots = connectionSlots(3, () => 0);
    const slot = (await slots.acquire(never)) as Slot;
    const begun = performance.now();
    while (await slot.requeue(never));
    expect(performance.now() - begun).toBeGreaterThan(1_000);
    expect(performance.now() - begun).toBeLessThan(3_000);
    slot.release();
    const next = (await slots.acquire(never)) as Slot;
    expect(await next.requeue(never)).toBe(false);
    slots.connected();
    expect(await next.requeue(never)).toBe(true);
  });

  test("given back twice are given back once", async () => {
    const slots = connectionSlots(1, () => 0);
    const slot = (await slots.acquire(never)) as Slot;
    slot.release();
    slot.release();
    await slots.acquire(never);
    const stop = new AbortController();
    const third = slots.acquire(stop.signal);
    await soon();
    stop.abort();
    expect(await third).toBeUndefined();
  });

  test("never are more than the limit, and never lost, whatever comes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom("acquire", "release", "requeue", "abort", "connect"), { maxLength: 60 }),
        async (most, acts) => {
          const slots = connectionSlots(most, () => 0);
          const held: Slot[] = [];
          const stops: AbortController[] = [];
          for (const act of acts) {
            const stop = new AbortController();
            if (act === "acquire") {
              stops.push(stop);
              void slots.acquire(stop.signal).then((slot) => slot && held.push(slot));
            }
            if (act === "release") held.shift()?.release();
            // With others there: alone it would wait.
            if (act === "requeue" && held.length > 1) {
              const slot = held.shift() as Slot;
              stops.push(stop);
              void slot.requeue(stop.signal).then((again) => again && held.push(slot));
            }
            if (act === "abort") stops.shift()?.abort();
            if (act === "connect") slots.connected();
            await soon();
            expect(held.length).toBeLessThanOrEqual(most);
          }
          for (const stop of stops) stop.abort();
          await soon();
          while (held.length > 0) {
            held.shift()?.release();
            await soon();
          }
          expect(await slots.acquire(never)).toBeDefined();
        },
      ),
      { numRuns: 200 },
    );
  });
});
