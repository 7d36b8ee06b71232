import cluster, { type Worker } from "node:cluster";
import { on, once } from "node:events";
import { join } from "node:path";
import * as successor from "@prometheus-io/client";
import * as promClient from "prom-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Order } from "./cluster-child.ts";

describe.each([
  ["prom-client", promClient],
  ["@prometheus-io/client", successor],
] as const)("two processes of a cluster, with %s", (name, client) => {
  const registry = new client.AggregatorRegistry();
  let first: Worker;
  let second: Worker;

  /** Until the worker says that it is done. */
  const done = async (worker: Worker): Promise<void> => {
    const signal = AbortSignal.timeout(10_000);
    // `on` keeps what comes between two readings; messages of the client come, too.
    for await (const [message] of on(worker, "message", { signal }) as AsyncIterable<[{ type?: unknown }]>)
      if (message.type === "done") return;
  };
  const order = async (worker: Worker, what: Order): Promise<void> => {
    const answered = done(worker);
    worker.send(what);
    await answered;
  };
  const start = async (): Promise<Worker> => {
    const worker = cluster.fork();
    await done(worker);
    return worker;
  };
  /** The values of series, as the primary tells them for all processes; undefined for one that is not there. */
  const told = async (...series: readonly string[]): Promise<(number | undefined)[]> => {
    const lines = (await registry.clusterMetrics()).split("\n");
    return series.map((one) => {
      const line = lines.find((text) => text.startsWith(`relais_${one} `));
      return line === undefined ? undefined : Number(line.split(" ").at(-1));
    });
  };

  beforeAll(async () => {
    const exec = join(import.meta.dirname, "cluster-child.ts");
    cluster.setupPrimary({ exec, args: [name], execArgv: ["--conditions=@relais/source"] });
    [first, second] = await Promise.all([start(), start()]);
  });
  afterAll(async () => {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const exits = workers.map((worker) => once(worker, "exit"));
    for (const worker of workers) worker.process.kill("SIGKILL");
    await Promise.all(exits);
  });

  test("count deliveries together, and those under way", async () => {
    await Promise.all([
      order(first, { type: "send", subject: "take", times: 3 }),
      order(second, { type: "send", subject: "take", times: 2 }),
    ]);
    await order(first, { type: "send", subject: "hold", times: 1 });
    await order(second, { type: "send", subject: "hold", times: 2 });
    const series = [
      'deliveries_total{chain="chain",status="sent",provider="A"}',
      'attempts_total{provider="A",kind="accepted"}',
      'attempt_duration_seconds_count{provider="A"}',
      'delivery_duration_seconds_bucket{le="+Inf",chain="chain",status="sent"}',
      'deliveries_total{chain="chain",status="failed",provider="none"}',
      'deliveries_in_flight{chain="chain"}',
    ];
    expect(await told(...series)).toEqual([5, 5, 5, 5, 0, 3]);
    // A scrape takes nothing away.
    expect(await told(...series)).toEqual([5, 5, 5, 5, 0, 3]);
  });

  test("are of one version, and have a chain of one order", async () => {
    const text = await registry.clusterMetrics();
    expect(text.match(/^relais_build_info\{.*$/gm)).toEqual([expect.stringMatching(/ 1$/)]);
    expect(
      await told('link_position{chain="chain",provider="A"}', 'link_position{chain="chain",provider="B"}'),
    ).toEqual([1, 2]);
  });

  test("show every state that a provider's breaker is in, in one of them", async () => {
    const states = ["closed", "half-open", "open"].map((one) => `breaker_state{provider="A",state="${one}"}`);
    expect(await told(...states)).toEqual([1, 0, 0]);
    await order(first, { type: "send", subject: "refuse", times: 1 });
    expect(await told(...states)).toEqual([1, 0, 1]);
    await order(second, { type: "send", subject: "refuse", times: 1 });
    expect(await told(...states)).toEqual([0, 0, 1]);
    expect(
      await told(
        'breaker_transitions_total{provider="A",state="open"}',
        'failovers_total{from="A",to="B",kind="misconfigured"}',
        'deliveries_total{chain="chain",status="sent",provider="B"}',
      ),
    ).toEqual([2, 2, 2]);
  });

  test("show limits, quotas and retries of the one that has the least left", async () => {
    await order(first, { type: "send", subject: "wait", times: 3 });
    await order(second, { type: "send", subject: "wait", times: 1 });
    await order(first, { type: "health", quota: { perDay: 200, sentLastDay: 42 } });
    await order(second, { type: "health", quota: { perDay: 200, sentLastDay: 43 } });
    expect(
      await told(
        'rate_limit_used{provider="C",limit="day"}',
        'rate_limit_limit{provider="C",limit="day"}',
        'retry_budget{provider="C"}',
        'quota_used{provider="C"}',
        'quota_limit{provider="C"}',
      ),
    ).toEqual([6, 100, 7, 43, 200]);
  });

  test("look at one outbox, and work on it together", async () => {
    const series = [
      "outbox_up",
      'outbox_messages{state="queued"}',
      "outbox_oldest_seconds",
      "outbox_rescheduled",
      "worker_busy",
      "worker_concurrency",
      "worker_last_tick_timestamp_seconds",
    ];
    expect(await told(...series)).toEqual(series.map(() => undefined));
    const stats = { byState: { queued: 7 }, oldestQueuedMs: 1_500, rescheduled: 2 };
    await order(first, { type: "outbox", stats });
    await order(first, { type: "worker", status: { busy: 3, concurrency: 10, tickedAt: 9_000 } });
    // The other process has none of its own, and adds nothing.
    expect(await told(...series)).toEqual([1, 7, 1.5, 2, 3, 10, 9]);
    const later = { byState: { queued: 8 }, oldestQueuedMs: 1_750, rescheduled: 3 };
    await order(second, { type: "outbox", stats: later });
    await order(second, { type: "worker", status: { busy: 4, concurrency: 10, tickedAt: 8_000 } });
    expect(await told(...series)).toEqual([1, 8, 1.75, 3, 7, 20, 8]);
    await order(second, { type: "outbox" });
    expect(await told(...series)).toEqual([0, 7, 1.5, 2, 7, 20, 8]);
  });
});
