import { expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { makeLink } from "../src/chain/link.ts";
import type { RelaisEvent } from "../src/events/event.ts";
import { breaker } from "../src/policies/circuit-breaker.ts";
import { retry } from "../src/policies/retry.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, bob, sampleInput } from "./sample-message.ts";
import { accept, fail, hang, part, type Step, scripted } from "./scripted-provider.ts";

/** C after a chain of A and B. */
function setUp(
  first: Step,
  second: Step,
  third: Step = accept(),
  deadlines = { inner: 60_000, outer: 60_000 },
) {
  const clock = manualClock();
  const [outerEvents, innerEvents]: [RelaisEvent[], RelaisEvent[]] = [[], []];
  const inner = createChain([scripted("A", first), scripted("B", second)], {
    policies: [],
    id: "inner",
    clock,
    deadlineMs: deadlines.inner,
    observers: [(event) => innerEvents.push(event)],
  });
  const c = scripted("C", third);
  const outer = createChain([makeLink(inner, [], clock), c], {
    policies: [],
    id: "outer",
    clock,
    deadlineMs: deadlines.outer,
    observers: [(event) => outerEvents.push(event)],
  });
  return {
    clock,
    inner,
    outer,
    c,
    outerEvents,
    innerEvents,
    send: (input = sampleInput()) => clock.until(outer.send(input)),
  };
}
const types = (events: readonly RelaisEvent[]) => events.map(({ type }) => type);

test("attempts are counted once, in one sequence", async () => {
  const { send } = setUp(fail("transient"), fail("refused"));
  const { attempts } = await send();
  expect(attempts.map(({ n, provider }) => [n, provider])).toEqual([
    [1, "A"],
    [2, "B"],
    [3, "C"],
  ]);
});

test("every event is told once to whoever looks on, inside or outside", async () => {
  const { send, outerEvents, innerEvents } = setUp(fail("transient"), accept());
  await send();
  const attempts = ["attempt-start", "attempt", "failover", "attempt-start", "hand-over", "attempt"];
  expect(types(outerEvents)).toEqual(["delivery-start", ...attempts, "delivery"]);
  expect(types(innerEvents)).toEqual(attempts);
  expect(innerEvents.every(({ chain }) => chain === "inner")).toBe(true);
  expect(outerEvents.every(({ chain }) => chain === "outer")).toBe(true);
});

test("a chain's failure reads as those of its providers", async () => {
  const { send } = setUp(fail("transient"), fail("refused"), fail("misconfigured"));
  expect(await send()).toMatchObject({
    provider: "outer",
    error: "A: transient there | B: refused there | C: misconfigured there",
    failures: [{ provider: "A" }, { provider: "B" }, { provider: "C" }],
  });
});

test("the provider that took it is named, not the chain around it", async () => {
  const { send } = setUp(fail("transient"), accept());
  expect(await send()).toMatchObject({ success: true, provider: "B", messageId: "<taken-by-B>" });
});

test.each(["rejected", "unknown", "cancelled"] as const)(
  "what ends the inner chain as %s ends the outer one",
  async (kind) => {
    const { send, c } = setUp(fail(kind), accept());
    expect(await send()).toMatchObject({ success: false, kind });
    expect(c.calls).toEqual([]);
  },
);

test("the outer chain goes on with those whom the inner left over", async () => {
  const { send, c } = setUp(part({ [ann]: "refused" }), fail("refused"));
  expect(await send(sampleInput({ to: [ann, bob] }))).toMatchObject({ success: true, accepted: [ann, bob] });
  expect(c.calls).toEqual([[ann]]);
});

test("the outer deadline binds the inner chain", async () => {
  const { send, clock } = setUp(hang(), accept(), accept(), { inner: 60_000, outer: 1_000 });
  const began = clock.now();
  expect(await send()).toMatchObject({ kind: "cancelled", error: "A: out of time" });
  expect(clock.now() - began).toBeLessThan(1_050);
});

test("the inner chain does not begin to wait for what lies past the outer deadline", async () => {
  const busy = fail("throttled", { retryAfterMs: 5_000 });
  const { send, innerEvents, clock } = setUp(busy, busy, fail("refused"), { inner: 60_000, outer: 3_000 });
  const began = clock.now();
  expect(await send()).toMatchObject({ success: false, status: "failed" });
  expect(types(innerEvents)).not.toContain("wait");
  expect(clock.now()).toBe(began);
});

test("an inner deadline of its own is kept, too", async () => {
  const { send, clock } = setUp(hang(), accept(), accept(), { inner: 1_000, outer: 60_000 });
  const began = clock.now();
  await send();
  expect(clock.now() - began).toBeLessThan(1_050);
});

test("the outer hand-over is awaited by the innermost provider, and turned down by it", async () => {
  const { outer, clock, innerEvents } = setUp(accept(), accept());
  const written = Promise.withResolvers<void>();
  const delivery = outer.send(sampleInput(), { handOver: () => written.promise });
  await clock.advance(0);
  expect(types(innerEvents)).not.toContain("hand-over");
  written.resolve();
  expect(await clock.until(delivery)).toMatchObject({ success: true });
});

test("policies around a chain see it as one provider", async () => {
  const clock = manualClock();
  const inner = createChain([scripted("A", fail("transient")), scripted("B", fail("transient"))], {
    policies: [],
    id: "inner",
    clock,
  });
  const link = makeLink(inner, [retry({ clock, attempts: 2 }), breaker({ clock, minimumCalls: 2 })], clock);
  const delivery = await clock.until(createChain([link], { policies: [], clock }).send(sampleInput()));
  expect(delivery.attempts.map(({ n, provider }) => [n, provider])).toEqual([
    [1, "A"],
    [2, "B"],
    [3, "A"],
    [4, "B"],
  ]);
  expect(delivery).toMatchObject({ error: "A: transient there | B: transient there" });
  expect(link.status()).toMatchObject({ breaker: { state: "open" } });
});

test("three chains deep, it is still one delivery", async () => {
  const clock = manualClock();
  const events: RelaisEvent[] = [];
  const one = createChain([scripted("A", fail("refused"))], { policies: [], id: "one", clock });
  const two = createChain([one, scripted("B", fail("refused"))], { policies: [], id: "two", clock });
  const three = createChain([two, scripted("C", accept())], {
    policies: [],
    clock,
    observers: [(event) => events.push(event)],
  });
  const delivery = await clock.until(three.send(sampleInput()));
  expect(delivery.attempts.map(({ n, provider }) => `${n}${provider}`)).toEqual(["1A", "2B", "3C"]);
  expect(delivery.failures.map(({ provider }) => provider)).toEqual(["A", "B"]);
  expect(types(events).filter((type) => type.startsWith("delivery"))).toEqual(["delivery-start", "delivery"]);
});
