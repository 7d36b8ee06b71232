import fc from "fast-check";
import { expect, test } from "vitest";
import { slots } from "../src/runtime/semaphore.ts";
import { flush } from "./manual-clock.ts";

test("a place is given back once, however often its function is called", async () => {
  const places = slots(2);
  const [leave] = [await places.take(1), await places.take(1)];
  leave?.();
  leave?.();
  expect(places.taken).toBe(1);
});

test("whatever shares of it are taken, nothing is left of them when all are back", () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 30, max: 20_000_000 }),
      fc.array(fc.double({ min: 0, max: 1_000_000, noNaN: true }), { maxLength: 40 }),
      async (capacity, weights) => {
        const places = slots(capacity);
        for (const weight of weights) (await places.take(Math.min(weight, capacity / 50)))?.();
        const parts = await Promise.all(Array.from({ length: 30 }, () => places.take(capacity / 30)));
        for (const leave of parts) leave?.();
        expect(places.taken).toBe(0);
        // So something heavier than everything has its turn.
        expect(await places.take(capacity * 2)).toBeDefined();
      },
    ),
  ));

test("something heavier than everything goes alone", async () => {
  const places = slots(2);
  const leave = await places.take(5);
  let second = false;
  void places.take(1).then(() => {
    second = true;
  });
  await flush();
  expect(second).toBe(false);
  leave?.();
  await flush();
  expect(second).toBe(true);
});

test("who waits in line goes first, even if a later one would fit", async () => {
  const places = slots(3);
  const leave = await places.take(2);
  const order: string[] = [];
  void places.take(3).then(() => order.push("heavy"));
  void places.take(1).then(() => order.push("light"));
  await flush();
  expect(order).toEqual([]);
  leave?.();
  await flush();
  expect(order).toEqual(["heavy"]);
});

test("one that gives up leaves the line, lets the next ones through, and leaves no listener", async () => {
  const places = slots(2);
  await places.take(1);
  const controller = new AbortController();
  const heavy = places.take(2, controller.signal);
  const light = places.take(1);
  expect(places.waiting).toBe(2);
  controller.abort();
  expect(await heavy).toBeUndefined();
  expect(await light).toBeTypeOf("function");
  expect(places.waiting).toBe(0);
  expect(await places.take(1, controller.signal)).toBeUndefined();
});

test("never over capacity, first come first served, and nothing is lost", async () => {
  const action = fc.oneof(
    fc.record({ what: fc.constant("take" as const), weight: fc.integer({ min: 0, max: 6 }) }),
    fc.record({ what: fc.constantFrom("leave" as const, "abort" as const), pick: fc.nat(20) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(action, { maxLength: 40 }),
      async (capacity, actions) => {
        const places = slots(capacity);
        const held: { readonly weight: number; readonly leave: () => void }[] = [];
        const line: { readonly n: number; readonly controller: AbortController }[] = [];
        const admitted: number[] = [];
        let n = 0;
        for (const action of actions) {
          if (action.what === "take") {
            const me = { n: n++, controller: new AbortController() };
            line.push(me);
            void places.take(action.weight, me.controller.signal).then((leave) => {
              const at = line.indexOf(me);
              if (at >= 0) line.splice(at, 1);
              if (leave === undefined) return;
              admitted.push(me.n);
              held.push({ weight: action.weight, leave });
            });
          } else if (action.what === "leave") {
            held.splice(action.pick % Math.max(1, held.length), 1)[0]?.leave();
          } else line[action.pick % Math.max(1, line.length)]?.controller.abort();
          await flush();
          const out = held.reduce((sum, { weight }) => sum + weight, 0);
          expect(places.taken).toBe(out);
          expect(places.waiting).toBe(line.length);
          expect(out <= capacity || held.filter(({ weight }) => weight > 0).length === 1).toBe(true);
          if (out === 0) expect(line).toEqual([]);
        }
        expect(admitted).toEqual([...admitted].sort((a, b) => a - b));
      },
    ),
    { numRuns: 500 },
  );
});
