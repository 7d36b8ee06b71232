import * as successor from "@prometheus-io/client";
import { sesServer, smtpServer } from "@relais/conformance";
import { breaker, createChain, type Delivery, link, rateLimit, retry } from "@relais/core";
import { catalogue, prometheus } from "@relais/prometheus";
import { smtp } from "@relais/smtp";
import * as promClient from "prom-client";
import { describe, expect, test } from "vitest";

const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" };

describe.each([
  ["prom-client", promClient],
  ["@prometheus-io/client", successor],
] as const)("with %s", (_name, client) => {
  const set = () => {
    const registry = new client.Registry();
    const metrics = prometheus({ client, registry });
    const text = () => registry.metrics();
    const value = async (series: string): Promise<number | undefined> => {
      const line = (await text()).split("\n").find((one) => one.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.split(" ").at(-1));
    };
    return { registry, metrics, text, value };
  };

  test("counts are what the servers saw", async () => {
    const { metrics, value, text } = set();
    const [first, second] = [await smtpServer(), await smtpServer()];
    first.script({ mail: ({ nth }) => (nth % 2 === 1 ? { reply: "550 5.7.1 not from you" } : undefined) });
    second.script({ rcpt: ({ nth }) => (nth === 5 ? { reply: "550 5.1.1 no such user" } : undefined) });
    const chain = createChain(
      [
        link(smtp({ id: "FIRST", host: first.host, port: first.port }), retry({ attempts: 1 }), breaker()),
        link(smtp({ id: "SECOND", host: second.host, port: second.port }), rateLimit({ perSecond: 1_000 })),
      ],
      { observers: [metrics] },
    );
    metrics.watch({ chain });
    for (let i = 0; i < 20; i++) await chain.send(mail);
    expect(await value('relais_deliveries_total{chain="chain",status="sent",provider="FIRST"}')).toBe(
      first.accepted.length,
    );
    expect(await value('relais_deliveries_total{chain="chain",status="sent",provider="SECOND"}')).toBe(
      second.accepted.length,
    );
    expect(await value('relais_deliveries_total{chain="chain",status="rejected",provider="none"}')).toBe(1);
    expect(await value('relais_deliveries_total{chain="chain",status="failed",provider="none"}')).toBe(0);
    expect(await value('relais_attempts_total{provider="FIRST",kind="accepted"}')).toBe(10);
    expect(await value('relais_attempts_total{provider="FIRST",kind="refused"}')).toBe(10);
    expect(await value('relais_attempts_total{provider="SECOND",kind="rejected"}')).toBe(1);
    expect(await value('relais_failovers_total{from="FIRST",to="SECOND",kind="refused"}')).toBe(10);
    expect(await value('relais_failovers_total{from="FIRST",to="SECOND",kind="transient"}')).toBe(0);
    expect(await value('relais_attempt_duration_seconds_count{provider="FIRST"}')).toBe(20);
    expect(await value('relais_delivery_duration_seconds_count{chain="chain",status="sent"}')).toBe(19);
    expect(await value('relais_breaker_state{provider="FIRST",state="closed"}')).toBe(1);
    expect(await value('relais_breaker_state{provider="FIRST",state="open"}')).toBe(0);
    expect(await value('relais_retry_budget{provider="FIRST"}')).toBe(10);
    expect(await value('relais_rate_limit_used{provider="SECOND",limit="second"}')).toBeGreaterThan(0);
    expect(await value('relais_rate_limit_limit{provider="SECOND",limit="second"}')).toBe(1_000);
    expect(await value('relais_link_position{chain="chain",provider="SECOND"}')).toBe(2);
    expect(await value('relais_deliveries_in_flight{chain="chain"}')).toBe(0);
    expect(await text()).not.toContain("@example");
    await chain.close();
    await Promise.all([first.close(), second.close()]);
  });

  test("an open breaker shows, and what it skips", async () => {
    const { metrics, value } = set();
    const server = await smtpServer();
    await server.down();
    const chain = createChain(
      [
        link(
          smtp({ host: server.host, port: server.port }),
          retry({ attempts: 1 }),
          breaker({ minimumCalls: 2 }),
        ),
      ],
      { observers: [metrics] },
    );
    metrics.watch({ chain });
    for (let i = 0; i < 4; i++) await chain.send(mail);
    expect(await value('relais_breaker_state{provider="SMTP",state="open"}')).toBe(1);
    expect(await value('relais_breaker_transitions_total{provider="SMTP",state="open"}')).toBe(1);
    expect(await value('relais_skips_total{provider="SMTP",reason="breaker-open"}')).toBe(2);
    await chain.close();
  });

  test("a quota is asked for seldom, without a scrape waiting for it", async () => {
    const { metrics, value } = set();
    const far = await sesServer({
      region: "eu-west-1",
      quota: { max24HourSend: 200, maxSendRate: 14, sentLast24Hours: 42 },
    });
    const { ses } = await import("@relais/ses");
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
    const chain = createChain([ses({ region: "eu-west-1", endpoint: far.endpoint, credentials })], {
      policies: [],
    });
    metrics.watch({ chain, quotaEveryMs: 60_000 });
    for (
      let tries = 0;
      tries < 100 && (await value('relais_quota_used{provider="SES"}')) === undefined;
      tries++
    ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await value('relais_quota_used{provider="SES"}')).toBe(42);
    expect(await value('relais_quota_limit{provider="SES"}')).toBe(200);
    await chain.close();
    await far.close();
  });

  test("an outbox is counted, and one whose database hangs costs nothing but its own part", async () => {
    const { metrics, value, text } = set();
    const byState = { queued: 7, sent: 3 };
    metrics.watch({ outbox: { stats: async () => ({ byState, oldestQueuedMs: 1_500, rescheduled: 2 }) } });
    const base = { at: 0, worker: "w1", message: "m-1" } as const;
    const settled = { ...base, type: "settled", tenant: "default", state: "sent", ms: 1 } as const;
    metrics(settled);
    metrics({ ...settled, state: "something new" as "sent" });
    // Sent again after an unknown outcome; the other one is a chain's, which counts it.
    metrics({ ...settled, possibleDuplicate: true });
    metrics({ ...settled, possibleDuplicate: true, delivery: { possibleDuplicate: true } as Delivery });
    // A worker has the observers of its chain; what was for the worker alone is the same observer.
    expect(metrics.worker).toBe(metrics);
    metrics({ ...base, type: "recovered", state: "queued" });
    metrics({ ...base, type: "lease-lost" });
    expect(await value("relais_outbox_leases_lost_total")).toBe(1);
    expect(await value("relais_outbox_up")).toBe(1);
    expect(await value('relais_outbox_messages{state="queued"}')).toBe(7);
    expect(await value("relais_outbox_oldest_seconds")).toBe(1.5);
    expect(await value('relais_outbox_settled_total{state="sent",provider="none"}')).toBe(3);
    expect(await value("relais_possible_duplicates_total")).toBe(1);
    expect(await value('relais_outbox_settled_total{state="other",provider="none"}')).toBe(1);
    expect(await value("relais_outbox_recovered_total")).toBe(1);
    const other = set();
    other.metrics.watch({ outbox: { stats: () => new Promise(() => undefined) } });
    const began = Date.now();
    expect(await other.value("relais_outbox_up")).toBe(0);
    expect(Date.now() - began).toBeLessThan(1_500);
    expect(await other.text()).toContain("relais_build_info");
    expect(await text()).toContain("# HELP relais_outbox_up ");
  });

  test("what providers told is counted by whoever receives it, and read from the outbox", async () => {
    const { metrics, value, text } = set();
    const lastAt = new Date(1_700_000_000_000);
    const one = { provider: "SES", byType: { bounced: 6, delivered: 94 }, bounceRate: 0.06, lastAt };
    const feedback = {
      stats: async () => ({
        providers: [
          one,
          { provider: "SMTP", byType: {}, complaintRate: 0.002, lastAt },
          { ...one, provider: "FOREIGN" },
        ],
        early: 3,
        suppressed: { bounced: 12 },
      }),
    };
    const stats = async () => ({ byState: {}, oldestQueuedMs: 0, rescheduled: 0 });
    const link = { status: () => ({}) };
    metrics.watch({
      chain: {
        id: "chain",
        links: [
          { ...link, id: "SES" },
          { ...link, id: "SMTP" },
        ],
      },
      outbox: { stats, feedback },
    });
    const received = {
      type: "feedback-received",
      at: 0,
      stored: 2,
      repeated: 5,
      early: 1,
      foreign: 4,
      settled: 1,
    } as const;
    metrics({
      ...received,
      counts: [
        { provider: "SES", type: "bounced", count: 2 },
        { provider: "ann@example.net", type: "of another version" as "failed", count: 1 },
      ],
    });
    metrics({ type: "feedback", at: 0, worker: "w", matched: 9, foreign: 2, settled: 3 });
    metrics({
      type: "suppressed",
      at: 0,
      recipients: [{ address: "ann@example.net", reason: "bounced", since: 0 }],
    });
    metrics({ type: "suppression-unavailable", at: 0, action: "send", reason: "down" });
    for (const [series, wanted] of Object.entries({
      'feedback_events_total{provider="SES",type="bounced"}': 2,
      'feedback_events_total{provider="SMTP",type="complained"}': 0,
      'feedback_events_total{provider="other",type="other"}': 1,
      'feedback_results_total{result="stored"}': 2,
      'feedback_results_total{result="repeated"}': 5,
      'feedback_results_total{result="foreign"}': 6,
      feedback_settled_total: 4,
      'feedback_last_day{provider="SES",type="bounced"}': 6,
      'feedback_last_day{provider="SES",type="complained"}': 0,
      'feedback_bounce_rate{provider="SES"}': 0.06,
      'feedback_bounce_rate{provider="SMTP"}': undefined,
      'feedback_complaint_rate{provider="SMTP"}': 0.002,
      'feedback_last_timestamp_seconds{provider="SES"}': 1_700_000_000,
      feedback_early: 3,
      'suppressions{reason="bounced"}': 12,
      'suppressions{reason="complained"}': 0,
      'suppressed_recipients_total{reason="bounced"}': 1,
      'suppression_unavailable_total{action="send"}': 1,
      'suppression_unavailable_total{action="defer"}': 0,
    }))
      expect([series, await value(`relais_${series}`)]).toEqual([series, wanted]);
    expect(await text()).not.toMatch(/FOREIGN|@example/);
    const other = set();
    other.metrics.watch({ outbox: { stats, feedback: { stats: () => Promise.reject(new Error("away")) } } });
    expect(await other.value("relais_outbox_up")).toBe(1);
    expect(await other.value("relais_feedback_early")).toBeUndefined();
  });

  test("every metric of the catalogue is there, with its help, and nothing else", async () => {
    const { text } = set();
    const helped = [...(await text()).matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name, help]) => [
      name,
      help,
    ]);
    const wanted = Object.values(catalogue).map(({ name, help }) => [`relais_${name}`, help]);
    expect(helped.sort()).toEqual(wanted.sort());
  });

  test("two chains with two registries do not meet, and one registry is not used twice", () => {
    const registry = new client.Registry();
    prometheus({ client, registry });
    prometheus({ client, registry, prefix: "shop" });
    expect(() => prometheus({ client, registry })).toThrow("registry already has relais_");
    expect(client.register.getMetricsAsArray()).toEqual([]);
  });

  test("a client that throws changes no delivery, and is not heard of", async () => {
    const fails = () => {
      throw new Error("no");
    };
    let broken = false;
    const { Counter: Whole } = client as typeof promClient;
    class Counter extends Whole {
      constructor(configuration: ConstructorParameters<typeof Whole>[0]) {
        super(configuration);
        const { inc } = this;
        this.inc = ((...given: Parameters<typeof inc>) =>
          broken ? fails() : inc.apply(this, given)) as never;
      }
    }
    const { Registry } = client as typeof promClient;
    const registry = new Registry();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const metrics = prometheus({ client: { ...client, Counter }, registry, traceId: () => undefined });
    const server = await smtpServer();
    const chain = createChain([smtp({ host: server.host, port: server.port })], {
      policies: [],
      observers: [metrics],
    });
    metrics.watch({ chain });
    broken = true;
    const attempt = { skipped: true, code: "resting" };
    expect(() => metrics({ type: "attempt", at: 0, provider: "SMTP", attempt } as never)).not.toThrow();
    expect(() => metrics({ type: "delivery", at: 0 } as never)).not.toThrow();
    expect(() => metrics({ type: "recovered" } as never)).not.toThrow();
    expect(() => metrics(undefined as never)).not.toThrow();
    expect(() => metrics.health(null)).not.toThrow();
    expect(await chain.send(mail)).toMatchObject({ success: true });
    expect(server.accepted).toHaveLength(1);
    await chain.close();
    await server.close();
  });
});
