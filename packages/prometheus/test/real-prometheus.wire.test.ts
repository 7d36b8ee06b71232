import { spawnSync } from "node:child_process";
import * as successor from "@prometheus-io/client";
import { smtpServer } from "@relais/conformance";
import { breaker, createChain, link, rateLimit, retry } from "@relais/core";
import { catalogue, prometheus } from "@relais/prometheus";
import { smtp } from "@relais/smtp";
import * as promClient from "prom-client";
import { describe, expect, test } from "vitest";
import { prometheusServer } from "../../../test/repo/prometheus-server.ts";
import { needs } from "../../../test/repo/system.ts";
import { serve } from "./scraped.ts";

const settled = {
  type: "settled",
  at: 0,
  worker: "w1",
  message: "m-1",
  tenant: "default",
  state: "sent",
  ms: 1,
} as const;
const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };
const clients = [
  ["prom-client", promClient, false],
  ["prom-client, OpenMetrics", promClient, true],
  ["@prometheus-io/client", successor, false],
  ["@prometheus-io/client, OpenMetrics", successor, true],
] as const;

type Registered = Parameters<typeof serve>[0] & Parameters<typeof prometheus>[0]["registry"];

/** A chain of two that has sent three mails, one of them by its second provider. */
async function used(client: typeof promClient | typeof successor, openMetrics: boolean) {
  const { Registry } = client;
  const registry: Registered = openMetrics ? new Registry(Registry.OPENMETRICS_CONTENT_TYPE) : new Registry();
  const traceId = (): string => "4bf92f3577b34da6a3ce929d0e0e4736";
  const metrics = prometheus({ client, registry, traceId });
  const [first, second] = [await smtpServer(), await smtpServer()];
  first.script({ mail: ({ nth }) => (nth === 2 ? { reply: "550 5.7.1 not from you" } : undefined) });
  const of = (id: string, { host, port }: typeof first) => smtp({ id, host, port });
  const chain = createChain(
    [link(of("A", first), retry(), breaker(), rateLimit({ perDay: 500 })), link(of("B", second), breaker())],
    { observers: [metrics] },
  );
  const stats = async () => ({ byState: { queued: 2 }, oldestQueuedMs: 1_500, rescheduled: 1 });
  const worker = { status: () => ({ busy: 1, concurrency: 10, tickedAt: Date.now() }) };
  const told = { provider: "A", byType: { delivered: 200, bounced: 2 }, lastAt: new Date() };
  const providers = [{ ...told, bounceRate: 0.01, complaintRate: 0 }];
  const feedback = { stats: async () => ({ providers, early: 0, suppressed: { bounced: 2 } }) };
  metrics.watch({ chain, outbox: { stats, feedback }, worker });
  metrics.health({ provider: "A", ok: true, quota: { perDay: 200, sentLastDay: 42 } });
  metrics({ ...settled, provider: "A" });
  for (let i = 0; i < 3; i++) await chain.send(mail);
  return {
    registry,
    accepted: { A: first.accepted.length, B: second.accepted.length },
    async close() {
      metrics.close();
      await chain.close();
      await Promise.all([first.close(), second.close()]);
    },
  };
}

describe.runIf(needs("promtool"))("promtool", () => {
  const check = (text: string) =>
    spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });

  test.each(clients.filter(([, , openMetrics]) => !openMetrics))(
    "finds nothing wrong with the metrics of %s",
    async (_name, client) => {
      const { registry, close } = await used(client, false);
      const text = await registry.metrics();
      await close();
      const { status, stdout, stderr } = check(text);
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(check(text.replaceAll("attempts_total", "attemptsTotal")).status).not.toBe(0);
    },
  );
});

describe.runIf(needs("prometheus"))("a real Prometheus", () => {
  test("scrapes each of them, and counts what the far ends accepted", async () => {
    const all = await Promise.all(clients.map(([, client, openMetrics]) => used(client, openMetrics)));
    const servers = await Promise.all(all.map(({ registry }) => serve(registry)));
    const real = await prometheusServer({ targets: servers.map(({ address }) => address) });
    try {
      const isComplete = (samples: readonly unknown[]): boolean => samples.length === clients.length;
      await real.until("relais_build_info and on (instance) up == 1", isComplete);
      for (const [i, { accepted }] of all.entries()) {
        expect(accepted).toEqual({ A: 2, B: 1 });
        const sent = await real.query(
          `relais_deliveries_total{status="sent",instance="${servers[i]?.address}"}`,
        );
        const counts = sent.map(({ metric, value }) => [metric.provider, Number(value[1])]);
        expect(Object.fromEntries(counts), clients[i]?.[0]).toEqual(accepted);
      }
      for (const { name, type } of Object.values(catalogue)) {
        const series = `relais_${name}${type === "histogram" ? "_bucket" : ""}`;
        expect(await real.query(`count by (instance) (${series})`), series).toHaveLength(clients.length);
      }
    } finally {
      await real.stop();
      await Promise.all([...servers, ...all].map((one) => one.close()));
    }
  });
});
