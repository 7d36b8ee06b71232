import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Place, places } from "../src/connection/connection-slots.ts";

const never = new AbortController().signal;
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("places", () => {
  test("are given in order, and only to as many at once as there may be", async () => {
    const all = places(2, () => 0);
    const order: number[] = [];
    const held: Place[] = [];
    for (let i = 0; i < 5; i++) {
      void all.enter(never).then((place) => {
        order.push(i);
        held.push(place as Place);
      });
    }
    await soon();
    expect(order).toEqual([0, 1]);
    while (held.length > 0) {
      held.shift()?.leave();
      await soon();
    }
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  test("are as many as were let in, and whoever was turned away is first in line", async () => {
    const all = places(5, () => 0);
    const held = (await Promise.all(Array.from({ length: 5 }, () => all.enter(never)))) as Place[];
    const order: string[] = [];
    void all.enter(never).then(() => order.push("late"));
    const back = held
      .slice(2)
      .map((place, i) => place.stepBack(never).then((again) => order.push(`${i} ${again}`)));
    await soon();
    expect(all.limit).toBe(2);
    expect(order).toEqual([]);
    held[0]?.leave();
    await soon();
    expect(order).toHaveLength(1);
    held[1]?.leave();
    await soon();
    expect(order).toHaveLength(2);
    expect(order).not.toContain("late");
    for (const place of held) place.leave();
    await Promise.all(back);
    await soon();
    expect(order.at(-1)).toBe("late");
  });

  test("grow again by and by, and more slowly after each time that was too many", async () => {
    let now = 0;
    const all = places(
      5,
      () => 0,
      () => now,
    );
    const enter = async (): Promise<Place> => (await all.enter(never)) as Place;
    const turnAway = async (place: Place): Promise<void> => {
      const stop = new AbortController();
      const again = place.stepBack(stop.signal);
      stop.abort();
      expect(await again).toBe(false);
    };
    const [first, second] = [await enter(), await enter()];
    await turnAway(second);
    expect(all.limit).toBe(1);
    first.leave();

    const grownAfter: number[] = [];
    for (let i = 0; i < 3; i++) {
      const since = now;
      while (all.limit === 1) {
        now += 1_000;
        (await enter()).leave();
      }
      grownAfter.push(now - since);
      expect(all.limit).toBe(2);
      const [a, b] = [await enter(), await enter()];
      await turnAway(b);
      a.leave();
      expect(all.limit).toBe(1);
    }
    expect(grownAfter).toEqual([5_000, 10_000, 20_000]);
    now += 3_600_000;
    (await enter()).leave();
    expect(all.limit).toBe(5);
  });

  test("with nothing of ours open, are waited for a short while, and not by each that comes after", async () => {
    const all = places(3, () => 0);
    const place = (await all.enter(never)) as Place;
    const begun = performance.now();
    while (await place.stepBack(never));
    expect(performance.now() - begun).toBeGreaterThan(1_000);
    expect(performance.now() - begun).toBeLessThan(3_000);
    place.leave();
    const next = (await all.enter(never)) as Place;
    expect(await next.stepBack(never)).toBe(false);
    all.welcomed();
    expect(await next.stepBack(never)).toBe(true);
  });

  test("given back twice are given back once", async () => {
    const all = places(1, () => 0);
    const place = (await all.enter(never)) as Place;
    place.leave();
    place.leave();
    await all.enter(never);
    const stop = new AbortController();
    const third = all.enter(stop.signal);
    await soon();
    stop.abort();
    expect(await third).toBeUndefined();
  });

  test("never are more than the limit, and never lost, whatever comes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom("enter", "leave", "back", "abort", "welcome"), { maxLength: 60 }),
        async (most, acts) => {
          const all = places(most, () => 0);
          const held: Place[] = [];
          const stops: AbortController[] = [];
          for (const act of acts) {
            const stop = new AbortController();
            if (act === "enter") {
              stops.push(stop);
              void all.enter(stop.signal).then((place) => place && held.push(place));
            }
            if (act === "leave") held.shift()?.leave();
            // With others there: alone it would wait.
            if (act === "back" && held.length > 1) {
              const place = held.shift() as Place;
              stops.push(stop);
              void place.stepBack(stop.signal).then((again) => again && held.push(place));
            }
            if (act === "abort") stops.shift()?.abort();
            if (act === "welcome") all.welcomed();
            await soon();
            expect(held.length).toBeLessThanOrEqual(most);
          }
          for (const stop of stops) stop.abort();
          await soon();
          while (held.length > 0) {
            held.shift()?.leave();
            await soon();
          }
          expect(await all.enter(never)).toBeDefined();
        },
      ),
      { numRuns: 200 },
    );
  });
});
