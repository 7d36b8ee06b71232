import { prometheus } from "@relais/prometheus";
import * as client from "prom-client";
import { expect, test } from "vitest";

const registry = () => new client.Registry();

test.each([
  [{ registry: undefined }, "registry must have the function getSingleMetric"],
  [{ client: {} }, "client must have the class Counter"],
  [{ client: client.register }, "client must have the class Counter"],
  [{ prefx: "shop" }, "prefx is not an option; did you mean prefix?"],
  [{ prefix: "7up" }, "prefix must be 1 to 64 letters, digits or _"],
  [{ prefix: "a-b" }, "prefix must be 1 to 64 letters, digits or _"],
  [{ traceId: "4bf9" }, "traceId must be a function"],
  [{ outboxCacheMs: -1 }, "outboxCacheMs must be a number of milliseconds"],
  [{ outboxTimeoutMs: Number.NaN }, "outboxTimeoutMs must be a number of milliseconds"],
  [{ outboxTimeoutMs: Number.POSITIVE_INFINITY }, "outboxTimeoutMs must be a number of milliseconds"],
  [{ chain: {} }, "chain must be what createChain gives"],
  [{ outbox: {} }, "outbox must be what createOutbox gives"],
  [{ worker: {} }, "worker must be what createWorker gives"],
  [{ quotaEveryMs: 1_000 }, "quotaEveryMs must be 0, or milliseconds from 60000"],
])("%o is told of", (wrong, sentence) => {
  const given = { client, registry: registry(), ...wrong } as unknown as Parameters<typeof prometheus>[0];
  expect(() => prometheus(given)).toThrow(`prometheus: ${sentence}`);
});

test("nothing is left in a registry that an option was wrong for", () => {
  const mine = registry();
  expect(() => prometheus({ client, registry: mine, prefix: "?" })).toThrow(TypeError);
  expect(mine.getMetricsAsArray()).toEqual([]);
  expect(() => prometheus(undefined as never)).toThrow("options must be an object");
});

test("a scrape is harmed by nothing that is watched", async () => {
  const mine = registry();
  let broken = false;
  const status = () => {
    if (broken) throw new Error("no");
    return { busy: 1, concurrency: 2, tickedAt: 5_000 };
  };
  const chain = { id: "chain", links: [{ id: "A", status: () => ({ retry: { budget: status().busy } }) }] };
  const outbox = { stats: () => Promise.reject(new Error("no")) };
  prometheus({ client, registry: mine, chain, worker: { status }, outbox });
  const well = await mine.metrics();
  expect(well).toContain('relais_retry_budget{provider="A"} 1');
  expect(well).toContain("relais_worker_last_tick_timestamp_seconds 5");
  expect(well).toContain("relais_outbox_up 0");
  expect(well).not.toMatch(/^relais_outbox_(oldest|rescheduled|messages)/m);
  broken = true;
  const ill = await mine.metrics();
  expect(ill).not.toMatch(/^relais_retry_budget\{/m);
  expect(ill).not.toMatch(/^relais_worker_busy /m);
  expect(ill).toContain('relais_link_position{chain="chain",provider="A"} 1');
});

test("nor by an outbox that answers with something else", async () => {
  const mine = registry();
  prometheus({ client, registry: mine, outbox: { stats: async () => ({}) as never } });
  const text = await mine.metrics();
  expect(text).toContain("relais_outbox_up 1");
  expect(text).not.toMatch(/^relais_outbox_messages\{/m);
  expect(text).toContain("relais_build_info{");
});
