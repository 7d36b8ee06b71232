import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type SesServer, type SmtpServer, sesServer, smtpServer } from "@relais/conformance";
import { breaker, type Chain, createChain, link, rateLimit, retry } from "@relais/core";
import { createOutbox, createWorker, type Outbox, type Worker } from "@relais/outbox";
import { type PrometheusObserver, prometheus } from "@relais/prometheus";
import { ses } from "@relais/ses";
import { smtp } from "@relais/smtp";
import * as client from "prom-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dashboardQueries } from "../../../test/repo/dashboard.ts";
import { type PrometheusServer, prometheusServer } from "../../../test/repo/prometheus-server.ts";
import { root } from "../../../test/repo/root.ts";
import { needs } from "../../../test/repo/system.ts";
import { pgliteFolder } from "../../outbox/test/pglite-folder.ts";
import { type Scraped, serve } from "./scraped.ts";

const rules = readFileSync(join(root, "docs/operations/alerts/relais.rules.yml"), "utf8");
const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };

describe.runIf(needs("prometheus"))("an outage, as a real Prometheus sees it", () => {
  let folder: string;
  let first: SmtpServer;
  let second: SesServer;
  let metrics: PrometheusObserver;
  let chain: Chain;
  let outbox: Outbox;
  let worker: Worker;
  let scraped: Scraped;
  let real: PrometheusServer;

  beforeAll(async () => {
    folder = await pgliteFolder();
    first = await smtpServer();
    second = await sesServer({
      region: "eu-west-1",
      quota: { max24HourSend: 200, maxSendRate: 14, sentLast24Hours: 190 },
    });
    const registry = new client.Registry();
    metrics = prometheus({ client, registry, outboxCacheMs: 500 });
    const fast = breaker({ minimumCalls: 2, resetMs: 1_000 });
    const once = retry({ attempts: 2, baseMs: 1, capMs: 1, budget: 2 });
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
    chain = createChain(
      [
        link(
          smtp({ id: "SMTP", host: first.host, port: first.port }),
          once,
          fast,
          rateLimit({ perDay: 1_000 }),
        ),
        link(ses({ id: "SES", region: "eu-west-1", endpoint: second.endpoint, credentials }), once, fast),
      ],
      { observers: [metrics] },
    );
    outbox = await createOutbox({ folder, from: mail.from, observers: [metrics] });
    worker = createWorker(outbox, chain);
    metrics.watch({ chain, outbox, worker, quotaEveryMs: 3_600_000 });
    await worker.start();
    const { id: message } = await outbox.enqueue(mail, { sendAt: new Date(Date.now() + 3_600_000) });
    const told = { recipient: mail.to, provider: "SES", source: "sns", message, at: Date.now() };
    const delivered = Array.from({ length: 150 }, (_, i) => ({
      ...told,
      type: "delivered" as const,
      eventId: `d${i}`,
    }));
    await outbox.feedback.record([
      ...delivered,
      { ...told, type: "bounced", bounce: "hard", recipient: "gone@example.net", eventId: "b" },
    ]);
    scraped = await serve(registry);
    real = await prometheusServer({
      targets: [scraped.address],
      rules: rules.replaceAll(/^( {8}for:) \w+$/gm, "$1 1s"),
    });
    await real.until("relais_quota_used");
  }, 60_000);

  afterAll(async () => {
    metrics.close();
    await real.stop();
    await scraped.close();
    await worker.stop({ graceMs: 2_000 });
    await outbox.close();
    await chain.close();
    await Promise.all([first.close(), second.close()]);
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const firing = async (wanted: readonly string[]): Promise<readonly string[]> => {
    for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 250))) {
      const now = await real.firing();
      if (wanted.every((one) => now.includes(one)) || Date.now() > end) return now;
    }
  };

  test("while all is well, only the quota is told of", async () => {
    for (let i = 0; i < 5; i++) expect(await chain.send(mail)).toMatchObject({ success: true });
    await real.until('sum(relais_deliveries_total{status="sent"}) == 5');
    expect(await firing(["RelaisQuotaNearlyUsed"])).toEqual(["RelaisQuotaNearlyUsed"]);
  }, 60_000);

  test("a message of which nobody knows is told of", async () => {
    first.script({ dot: { drop: true } });
    await outbox.enqueue(mail);
    await real.until('relais_outbox_messages{state="unknown"} == 1');
    expect(await firing(["RelaisUnknownWaiting"])).toContain("RelaisUnknownWaiting");
    expect(
      await real.query('relais_outbox_settled_total{state="unknown",provider="none"} == 1'),
    ).toHaveLength(1);
  }, 60_000);

  test("SMTP down: the fallback sends, and is told of", async () => {
    await first.down();
    for (let i = 0; i < 8; i++) expect(await chain.send(mail)).toMatchObject({ provider: "SES" });
    const wanted = ["RelaisBreakerOpenLong", "RelaisFallbackShareHigh"];
    const now = await firing(wanted);
    for (const one of wanted) expect(now).toContain(one);
    expect(now).not.toContain("RelaisAllProvidersDown");
    expect(await real.query('relais_breaker_state{provider="SES",state="closed"} == 1')).toHaveLength(1);
  }, 60_000);

  test("both down: mail fails, and somebody is woken", async () => {
    second.fault({ error: { code: "ServiceUnavailable", message: "not now", status: 503 } });
    for (let i = 0; i < 12; i++) expect(await chain.send(mail)).toMatchObject({ success: false });
    const wanted = [
      "RelaisDeliveriesFailingFast",
      "RelaisDeliveriesFailingSlowly",
      "RelaisAllProvidersDown",
      "RelaisRetryBudgetGone",
    ];
    const now = await firing(wanted);
    for (const one of wanted) expect(now).toContain(one);
    const others = ["RelaisWorkerAbsent", "RelaisNotScraped", "RelaisOutboxDown", "RelaisPossibleDuplicates"];
    for (const one of others) expect(now).not.toContain(one);
  }, 60_000);

  test("every query of the dashboard has something to show", async () => {
    const empty: string[] = [];
    for (const query of dashboardQueries()) if ((await real.query(query)).length === 0) empty.push(query);
    expect(empty).toEqual([]);
  });

  test("every series that an alert looks at is there", async () => {
    const selectors = new Set(
      [...rules.matchAll(/^ {8}expr: (?:['"].*|\|\n(?: {10}.*\n)+)/gm)].flatMap(([expr]) =>
        [...expr.matchAll(/\brelais_\w+(?:\{[^}]*\})?/g)].map(([selector]) => selector),
      ),
    );
    expect(selectors.size).toBeGreaterThan(10);
    const empty: string[] = [];
    for (const one of selectors) if ((await real.query(`count(${one})`)).length === 0) empty.push(one);
    expect(empty).toEqual([]);
  });

  test("SMTP is back: the outage is over", async () => {
    first.script({});
    await first.up();
    await real.until('relais_breaker_state{provider="SMTP",state="closed"} == 1', (samples) => {
      void chain.send(mail);
      return samples.length > 0;
    });
    for (const end = Date.now() + 20_000; (await real.firing()).includes("RelaisAllProvidersDown"); ) {
      expect(Date.now()).toBeLessThan(end);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }, 60_000);
});
