import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { link } from "../src/chain/link.ts";
import { rateLimit } from "../src/policies/rate-limit.ts";
import { type StandardOptions, standardPolicies } from "../src/policies/standard.ts";
import { timeout } from "../src/policies/timeout.ts";
import { manualClock } from "./manual-clock.ts";
import { sampleInput } from "./sample-message.ts";
import { accept, fail, hang, hangHandedOver, scripted } from "./scripted-provider.ts";

describe("a bare provider of createChain", () => {
  test("is asked again after a transient failure", async () => {
    const clock = manualClock();
    const a = scripted("A", fail("transient"), accept());
    const delivery = await clock.until(createChain([a], { clock }).send(sampleInput()));
    expect(delivery).toMatchObject({ success: true, attempts: [{ n: 1, kind: "transient" }, { n: 2 }] });
  });

  test("is left alone once its breaker is open", async () => {
    const clock = manualClock();
    const a = scripted("A", fail("transient"));
    const chain = createChain([a, scripted("B", accept())], { clock });
    for (let i = 0; i < 10; i++) await clock.until(chain.send(sampleInput()));
    expect(chain.links[0]?.status()).toMatchObject({ breaker: { state: "open" } });
    expect(a.calls.length).toBeLessThanOrEqual(6);
  });

  test.each([
    ["has 30 s for an attempt that hangs before the hand-over", hang(), "transient", 30_000],
    ["waits for an answer after it until the deadline", hangHandedOver(), "unknown", 60_000],
  ])("%s", async (_, step, kind, ms) => {
    const clock = manualClock();
    const began = clock.now();
    const chain = createChain([scripted("A", step)], { clock });
    const delivery = await clock.until(chain.send(sampleInput()));
    expect(delivery.attempts[0]).toMatchObject({ kind });
    expect(delivery.attempts[0]?.ms).toBeGreaterThanOrEqual(ms);
    expect(delivery.attempts[0]?.ms).toBeLessThan(ms + 100);
    expect(clock.now() - began).toBeLessThanOrEqual(60_100);
  });

  test("shares no state with another", async () => {
    const clock = manualClock();
    const chain = createChain([scripted("A", fail("misconfigured")), scripted("B", accept())], { clock });
    await clock.until(chain.send(sampleInput()));
    expect(chain.links.map((one) => one.status().breaker?.state)).toEqual(["open", "closed"]);
  });

  test.each([
    ["none with policies: []", []],
    ["those that are given", [rateLimit({ perSecond: 5 })]],
  ])("has %s", (_, policies) => {
    const [one, two] = createChain([scripted("A"), scripted("B")], { policies }).links;
    const names = policies.length === 0 ? [] : ["rateLimit"];
    expect(Object.keys(one?.status() ?? {})).toEqual(names);
    expect(Object.keys(two?.status() ?? {})).toEqual(names);
  });
});

test.each(["a", "b"])("a link is as it was written, with or without others beside it (%s)", (id) => {
  const [one, , three] = createChain([
    link(scripted(id)),
    scripted("B"),
    link(scripted("C"), timeout({ ms: 5 })),
  ]).links;
  expect([one?.status(), three?.status()]).toEqual([{}, {}]);
});

test("a bare chain has the policies of its own links, and none around them", async () => {
  const clock = manualClock();
  const a = scripted("A", fail("transient"));
  const inner = createChain([a], { id: "inner", clock, policies: [] });
  const outer = createChain([inner, scripted("B", accept())], { clock });
  expect(outer.links.map((one) => Object.keys(one.status()))).toEqual([[], ["breaker", "retry"]]);
  await clock.until(outer.send(sampleInput()));
  expect(a.calls).toHaveLength(1);
});

test("whatever stands for a chain, as one that was loaded does, has none around it either", () => {
  const inner = createChain([scripted("A")], { id: "inner" });
  const outer = createChain([{ ...inner }]);
  expect(outer.links[0]?.status()).toEqual({});
});

describe("standardPolicies", () => {
  const names = (options?: StandardOptions) =>
    Object.keys(link(scripted("A"), ...standardPolicies(options)).status());

  test.each([
    [undefined, ["retry", "breaker"]],
    [{ retry: false }, ["breaker"]],
    [{ breaker: false }, ["retry"]],
    [{ rateLimit: { perDay: 5 } }, ["rateLimit", "breaker", "retry"]],
    [{ concurrency: { messages: 1 } }, ["concurrency", "breaker", "retry"]],
  ] as [StandardOptions | undefined, string[]][])("%j", (options, expected) => {
    expect(names(options).sort()).toEqual([...expected].sort());
  });

  test("overrides are the link's", () => {
    const made = link(scripted("A"), ...standardPolicies({ overrides: { refused: { failover: false } } }));
    expect(made.dispositions.refused.failover).toBe(false);
  });

  test.each([
    [{ timeout: 5 }, "standardPolicies: timeout is not an option"],
    [{ timeoutMs: 0 }, "timeout: ms"],
    [{ retry: { attempts: 0 } }, "retry: attempts"],
  ])("%j is wrong", (options, said) => {
    expect(() => standardPolicies(options as StandardOptions)).toThrow(said);
  });
});

test.each([[5], [[5]], ["retry"]])("policies: %j are none", (policies) => {
  expect(() => createChain([scripted("A")], { policies: policies as never })).toThrow(
    "createChain: policies must be a list of policies, as in [retry()]; [] for none",
  );
});
