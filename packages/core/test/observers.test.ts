import { expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import type { Observer, RelaisEvent } from "../src/events/event.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, bob, sampleInput } from "./sample-message.ts";
import { accept, fail, part, scripted } from "./scripted-provider.ts";

async function send(...observers: Observer[]) {
  const clock = manualClock();
  const chain = createChain([scripted("A", part({ [bob]: "refused" })), scripted("B", accept())], {
    policies: [],
    clock,
    observers,
  });
  return clock.until(chain.send(sampleInput({ to: [ann, bob] })));
}

test("an observer that throws, or returns a promise that fails, changes nothing, and the others are told", async () => {
  const events: RelaisEvent[] = [];
  const delivery = await send(
    () => {
      throw new Error("boom");
    },
    async () => {
      throw new Error("boom");
    },
    (event) => {
      events.push(event);
    },
  );
  expect(delivery).toMatchObject({ success: true, accepted: [ann, bob] });
  expect(events.at(0)?.type).toBe("delivery-start");
  expect(events.at(-1)?.type).toBe("delivery");
});

test("an observer that never ends is not waited for", async () => {
  expect(await send((() => new Promise(() => undefined)) as unknown as Observer)).toMatchObject({
    success: true,
  });
});

test("events and all they hold are frozen: an observer can write nowhere", async () => {
  const open: string[] = [];
  const look = (where: string, value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Object.isFrozen(value)) open.push(where);
    for (const [key, inner] of Object.entries(value)) look(`${where}.${key}`, inner);
  };
  const delivery = await send((event) => look(event.type, event));
  look("delivery", delivery);
  expect(open).toEqual([]);
});

test("an observer that tries to write does not change the delivery", async () => {
  const delivery = await send((event) => {
    if (event.type !== "attempt" || !event.outcome.success) return;
    const [first] = event.outcome.rejected;
    if (first !== undefined) Object.assign(first, { failure: { ...first.failure, kind: "rejected" } });
  });
  expect(delivery).toMatchObject({ success: true });
});

test("the delivery that observers are told is the one that the caller gets", async () => {
  const told: unknown[] = [];
  const delivery = await send((event) => {
    if (event.type === "delivery") told.push(event.delivery);
  });
  expect(told).toEqual([delivery]);
  expect(told[0]).toBe(delivery);
});

test("a failover is told with from, to, why, and for how many", async () => {
  const events: RelaisEvent[] = [];
  await send((event) => {
    events.push(event);
  });
  expect(events.filter(({ type }) => type === "failover")).toMatchObject([
    { from: "A", to: "B", recipients: 1, failure: { kind: "refused" }, chain: "chain" },
  ]);
});

test("a message refused at the door is told of as a delivery that began and ended", async () => {
  const events: RelaisEvent[] = [];
  const chain = createChain([scripted("A", fail("transient"))], {
    policies: [],
    observers: [(event) => events.push(event)],
  });
  await chain.send({});
  expect(events).toMatchObject([
    { type: "delivery-start", recipients: 0 },
    { type: "delivery", delivery: { kind: "rejected" } },
  ]);
});
