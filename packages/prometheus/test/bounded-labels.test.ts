import { breaker, createChain, link, type RelaisEvent, rateLimit } from "@relais/core";
import { failure, failureKinds, receipt } from "@relais/core/spi";
import { prometheus } from "@relais/prometheus";
import * as client from "prom-client";
import { describe, expect, test } from "vitest";
import { kinds, skipReasons } from "../src/metrics/label-values.ts";
import { rateLimitStatus } from "../src/metrics/link-status.ts";

const provider = (id: string) => ({
  id,
  send: async () => receipt({ provider: id, messageId: "m", accepted: ["ann@example.net"] }),
});
const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };
const failover = (from: string): RelaisEvent => ({
  type: "failover",
  at: 0,
  chain: "chain",
  from,
  to: "B",
  recipients: 1,
  failure: failure({ provider: from, kind: "transient", reason: "ann@example.net is busy" }),
});

test("the lists of labels are those of the code that they come from", () => {
  expect(kinds).toEqual(["accepted", ...failureKinds]);
  const known: Record<import("@relais/core").SkipCode, true> = {
    "breaker-open": true,
    resting: true,
    "rate-limit": true,
    "daily-limit": true,
    "queue-full": true,
    "over-limit": true,
  };
  expect([...skipReasons].sort()).toEqual(Object.keys(known).sort());
});

describe("names that are not known", () => {
  const failoversOf = async (registry: client.Registry): Promise<string[]> =>
    [...(await registry.metrics()).matchAll(/^relais_failovers_total\{from="([^"]*)".* [1-9]\d*$/gm)].map(
      ([, from]) => from ?? "",
    );

  test("are other, once a chain is watched", async () => {
    const registry = new client.Registry();
    const metrics = prometheus({ client, registry, chain: createChain([provider("A"), provider("B")]) });
    for (const from of ["A", "ann@example.net", "C"]) metrics(failover(from));
    expect(await failoversOf(registry)).toEqual(["A", "other"]);
    expect(await registry.metrics()).not.toContain("example.net");
  });

  test("are added as they come, twenty of them, while none is", async () => {
    const registry = new client.Registry();
    const metrics = prometheus({ client, registry });
    for (let i = 0; i < 50; i++) metrics(failover(`P${i}`));
    const from = await failoversOf(registry);
    expect(from).toHaveLength(20); // B is one of those twenty
    expect(from.at(-1)).toBe("other");
  });

  test("are known again when the chain was made anew", async () => {
    const registry = new client.Registry();
    let chain = createChain([provider("A"), provider("B")]);
    const metrics = prometheus({ client, registry, chain: () => chain });
    chain = createChain([provider("C"), provider("B")]);
    metrics(failover("C"));
    expect(await failoversOf(registry)).toEqual(["C"]);
    const text = await registry.metrics();
    expect(text).toContain('relais_link_position{chain="chain",provider="C"} 1');
    expect(text).not.toContain('relais_link_position{chain="chain",provider="A"}');
  });
});

test("links of a nested chain have the place of the chain around them, and attempts of their own", async () => {
  const registry = new client.Registry();
  const inner = createChain([link(provider("B"), breaker()), provider("C")], { id: "INNER" });
  const chain = createChain([link(provider("A")), inner]);
  prometheus({ client, registry, chain });
  const text = await registry.metrics();
  for (const [id, place] of [
    ["A", 1],
    ["B", 2],
    ["C", 2],
  ] as const)
    expect(text).toContain(`relais_link_position{chain="chain",provider="${id}"} ${place}`);
  expect(text).not.toContain('relais_link_position{chain="chain",provider="INNER"}');
  expect(text).toContain('relais_attempts_total{provider="C",kind="accepted"} 0');
  expect(text).not.toContain('relais_attempts_total{provider="INNER"');
  expect(text).toContain('relais_failovers_total{from="A",to="INNER",kind="transient"} 0');
  expect(text).toContain('relais_failovers_total{from="B",to="C",kind="transient"} 0');
  expect(text).toContain('relais_breaker_state{provider="B",state="closed"} 1');
});

test("of two providers of one name the worse breaker is shown", async () => {
  const registry = new client.Registry();
  const metrics = prometheus({ client, registry });
  const down = { id: "A", send: async () => failure({ provider: "A", kind: "misconfigured", reason: "no" }) };
  const bad = createChain([link(down, breaker())], { id: "bad", observers: [metrics] });
  const good = createChain([link(provider("A"), breaker())], { id: "good", observers: [metrics] });
  metrics.watch({ chain: bad });
  await bad.send(mail);
  metrics.watch({ chain: good });
  await good.send(mail);
  const text = await registry.metrics();
  expect(text).toContain('relais_breaker_state{provider="A",state="open"} 1');
  expect(text).toContain('relais_breaker_state{provider="A",state="closed"} 0');
  // What was counted before the second chain was watched is still there.
  expect(text).toContain('relais_attempt_duration_seconds_count{provider="A"} 2');
  expect(text).toContain('relais_deliveries_total{chain="bad",status="failed",provider="none"} 1');
});

describe("figures of rate limits", () => {
  test("are read out of how the policy words them", async () => {
    const limited = link(provider("A"), rateLimit({ perSecond: 2.5, perDay: 200 }));
    const chain = createChain([limited]);
    await chain.send(mail);
    expect(rateLimitStatus(limited.status().rateLimit)).toEqual([
      { limit: "second", used: 1, most: 2.5 },
      { limit: "day", used: 1, most: 200 },
    ]);
  });

  test("are read of what the provider allows", async () => {
    const quota = { perSecond: 14, perDay: 200, sentLastDay: 42 };
    const told = { ...provider("A"), verify: async () => ({ provider: "A", ok: true, quota }) };
    const limited = link(told, rateLimit({ perSecond: 2, fromProvider: true }));
    await createChain([limited]).send(mail);
    expect(rateLimitStatus(limited.status().rateLimit)).toEqual([
      { limit: "second", used: 1, most: 2 },
      { limit: "quota", used: 1, most: 158 },
    ]);
  });

  test("are those of the limit that is used up most, where two have one name", () => {
    const limits = [
      { per: "second", most: 100, used: 20 },
      { per: "second", most: 14, used: 7 },
      { per: "second", most: 50, used: 20 },
    ];
    expect(rateLimitStatus({ limits })).toEqual([{ limit: "second", used: 7, most: 14 }]);
  });

  test("are other where they are not known, and nothing where there are none", () => {
    expect(rateLimitStatus({ limits: [{ per: "fortnight", used: 3 }, null] })).toEqual([
      { limit: "other", used: 3 },
    ]);
    for (const status of [undefined, {}, { limits: 1 }]) expect(rateLimitStatus(status)).toEqual([]);
  });
});
