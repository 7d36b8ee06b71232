import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import {
  breaker,
  createChain,
  createMessage,
  type Link,
  link,
  memorySuppression,
  type Provider,
  type RelaisEvent,
  retry,
} from "@relais/core";
import { smtp } from "@relais/smtp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tracingObserver } from "../src/index.ts";
import { type KeptTraces, keepContext, keptTraces } from "./kept-traces.ts";

keepContext();

let first: SmtpServer;
let second: SmtpServer;
let kept: KeptTraces;
beforeEach(async () => {
  first = await smtpServer();
  second = await smtpServer();
  kept = keptTraces();
});
afterEach(async () => {
  await first.close();
  await second.close();
  expect(kept.spans(), "every span that began has ended").toHaveLength(kept.begun());
});

const mail = { id: "order-7", from: "shop@example.org", to: "ann@example.net", subject: "Quiet", text: "x" };
const of = (id: string, { host, port }: SmtpServer) => smtp({ id, host, port });
const tracing = () => ({ policies: [], observers: [tracingObserver({ tracer: kept.tracer })] });
const ms = ([seconds, nanoseconds]: readonly [number, number]) => seconds * 1000 + nanoseconds / 1e6;
const eventsOf = (span: ReadableSpan | undefined) => span?.events.map(({ name }) => name);

async function sent(links: readonly (Provider | Link)[], input: object = mail) {
  const chain = createChain(links, tracing());
  const delivery = await chain.send(input as typeof mail);
  await chain.close();
  const spans = kept.spans();
  const whole = spans.find(({ name }) => name === "relais.send") as ReadableSpan;
  const attempts = spans.filter((one) => one !== whole);
  for (const one of attempts) expect(one.parentSpanContext?.spanId).toBe(whole.spanContext().spanId);
  const written = spans.map(({ attributes, events, status }) => ({ attributes, events, status }));
  expect(JSON.stringify(written)).not.toMatch(/ann@|Quiet/);
  return { delivery, whole, attempts };
}

test("a delivery that goes well: a span, and one below it for its attempt", async () => {
  const began = Date.now();
  const { delivery, whole, attempts } = await sent([of("A", first)]);
  expect(whole).toMatchObject({ kind: SpanKind.CLIENT, status: { code: SpanStatusCode.UNSET } });
  expect(whole.attributes).toEqual({
    "messaging.system": "email",
    "messaging.operation.name": "send",
    "messaging.operation.type": "send",
    "messaging.message.id": "order-7",
    "relais.chain": "chain",
    "relais.recipients": 1,
    "relais.status": "sent",
    "relais.provider": "A",
    "relais.attempts": 1,
    "relais.accepted": 1,
    "relais.rejected": 0,
  });
  expect(attempts).toHaveLength(1);
  expect(attempts[0]).toMatchObject({ name: "send A", kind: SpanKind.CLIENT });
  expect(attempts[0]?.attributes).toMatchObject({
    "messaging.message.id": "order-7",
    "relais.provider": "A",
    "relais.attempt.n": 1,
    "relais.attempt.id": delivery.attempts[0]?.id,
    "relais.phase": "handed_over",
    "relais.receipt.message_id": "<order-7@example.org>",
  });
  expect(eventsOf(attempts[0])).toEqual(["hand-over"]);
  expect(ms(whole.startTime)).toBeGreaterThan(began - 1_000);
  expect(ms(attempts[0]?.duration ?? [0, 0])).toBeCloseTo(delivery.attempts[0]?.ms ?? -1, 1);
  expect(ms(whole.endTime)).toBeGreaterThanOrEqual(ms(attempts[0]?.endTime ?? [9e9, 0]));
});

test("a failover, a retry and a breaker are events of the delivery; nothing is an error that got through", async () => {
  first.script({ mail: { reply: "451 4.3.0 <ann@example.net> try later" } });
  const policies = [
    retry({ attempts: 2, baseMs: 1, failover: "after-retries" }),
    breaker({ minimumCalls: 2 }),
  ];
  const { whole, attempts } = await sent([link(of("A", first), ...policies), of("B", second)]);
  expect(attempts.map(({ name }) => name)).toEqual(["send A", "send A", "send B"]);
  expect(attempts.map(({ attributes }) => attributes["error.type"])).toEqual([
    "transient",
    "transient",
    undefined,
  ]);
  expect(attempts[0]?.attributes["relais.code"]).toBe("451 4.3.0");
  for (const one of [whole, ...attempts]) expect(one.status.code).toBe(SpanStatusCode.UNSET);
  expect(eventsOf(whole)).toEqual(["retry", "breaker", "failover"]);
  expect(whole.events[2]?.attributes).toMatchObject({
    "relais.from": "A",
    "relais.to": "B",
    "error.type": "transient",
  });
});

test("what failed in the end is an error, with the kind as its type and no word of the far end", async () => {
  await first.down();
  await second.down();
  const { whole, attempts } = await sent([of("A", first), of("B", second)]);
  const message = "A: transient ECONNREFUSED | B: transient ECONNREFUSED";
  expect(whole.status).toEqual({ code: SpanStatusCode.ERROR, message });
  expect(whole.attributes).toMatchObject({ "relais.status": "failed", "error.type": "transient" });
  expect(attempts.map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET]);
});

test("unknown is an error", async () => {
  first.script({ dot: { drop: true } });
  const { whole } = await sent([of("A", first)]);
  expect(whole.status.code).toBe(SpanStatusCode.ERROR);
  expect(whole.attributes).toMatchObject({ "relais.status": "unknown", "error.type": "unknown" });
});

test("a delivery that ends at the door has a span without attempts", async () => {
  const { whole, attempts } = await sent([of("A", first)], { ...mail, to: "nobody" });
  expect(attempts).toEqual([]);
  expect(whole.attributes).toMatchObject({ "relais.status": "failed", "error.type": "rejected" });
  expect(whole.attributes).not.toHaveProperty("messaging.message.id");
});

test("an attempt that a policy held back is an event, not a span", async () => {
  first.script({ mail: { reply: "451 4.3.0 try later" } });
  const chain = createChain([link(of("A", first), breaker({ minimumCalls: 1 })), of("B", second)], tracing());
  await chain.send(mail);
  await chain.send({ ...mail, id: "order-8" });
  await chain.close();
  const spans = kept.spans().filter(({ attributes }) => attributes["messaging.message.id"] === "order-8");
  expect(spans.map(({ name }) => name)).toEqual(["send B", "relais.send"]);
  expect(eventsOf(spans[1])).toEqual(["skipped", "failover"]);
  expect(spans[1]?.events[0]?.attributes).toMatchObject({
    "error.type": "skipped",
    "relais.code": "breaker-open",
  });
});

describe("the span that is active at send", () => {
  test.each([
    ["a message's fields", async () => mail],
    ["a message", () => createMessage(mail)],
  ])("is the parent, for %s", async (_, input) => {
    const chain = createChain([of("A", first)], tracing());
    const given = await input();
    const parent = kept.tracer.startSpan("request");
    await context.with(trace.setSpan(context.active(), parent), () => chain.send(given));
    await chain.send({ ...mail, id: "of nobody" });
    await chain.close();
    parent.end();
    const [own] = kept.spans().filter(({ name }) => name === "relais.send");
    expect(own?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect(own?.spanContext().traceId).toBe(parent.spanContext().traceId);
    expect(kept.spans().filter(({ name }) => name === "relais.send")[1]?.parentSpanContext).toBeUndefined();
  });
});

test("many deliveries at once, some of the same message: every span ends once, below its own delivery", async () => {
  first.script({ mail: ({ nth }) => (nth % 3 === 0 ? { reply: "451 4.3.0 later" } : undefined) });
  const chain = createChain([of("A", first), of("B", second)], tracing());
  const inputs = Array.from({ length: 60 }, (_, i) => ({ ...mail, id: `order-${i % 20}` }));
  const deliveries = await Promise.all(inputs.map((one) => chain.send(one)));
  await chain.close();
  const spans = kept.spans();
  const wholes = spans.filter(({ name }) => name === "relais.send");
  const ids = spans.map(({ attributes }) => attributes["relais.attempt.id"]).filter((id) => id !== undefined);
  expect(wholes).toHaveLength(60);
  expect(ids.sort()).toEqual(deliveries.flatMap(({ attempts }) => attempts.map(({ id }) => id)).sort());
  expect(deliveries.flatMap(({ attempts }) => attempts).length).toBeGreaterThan(60);
  for (const whole of wholes) {
    const below = spans.filter((one) => one.parentSpanContext?.spanId === whole.spanContext().spanId);
    for (const one of below)
      expect(one.attributes["messaging.message.id"]).toBe(whole.attributes["messaging.message.id"]);
  }
});

test("a chain within a chain with the same observer has one span an attempt", async () => {
  const observers = [tracingObserver({ tracer: kept.tracer })];
  const inner = createChain([of("A", first)], { policies: [], id: "inner", observers });
  const outer = createChain([inner], { policies: [], id: "outer", observers });
  await outer.send(mail);
  await outer.close();
  expect(kept.spans().map(({ name }) => name)).toEqual(["send A", "relais.send"]);
});

test("an attempt of whose end nobody tells ends with its delivery", async () => {
  const observer = tracingObserver({ tracer: kept.tracer });
  const observers = [(event: RelaisEvent) => (event.type === "attempt" ? undefined : observer(event))];
  const chain = createChain([of("A", first)], { policies: [], observers });
  await chain.send(mail);
  await chain.close();
  const [attempt, whole] = kept.spans();
  expect([attempt?.name, whole?.name]).toEqual(["send A", "relais.send"]);
  expect(attempt?.endTime).toEqual(whole?.endTime);
});

test("with no SDK, and with a tracer that throws, a delivery goes its way", async () => {
  const broken = { ...kept.tracer, startSpan: () => raise() } as unknown as typeof kept.tracer;
  for (const observer of [tracingObserver(), tracingObserver({ tracer: broken })]) {
    const chain = createChain([of("A", first)], { policies: [], observers: [observer] });
    expect(await chain.send(mail)).toMatchObject({ success: true });
    await chain.close();
  }
});

function raise(): never {
  throw new Error("the exporter is broken");
}

test("wrong options are refused with a sentence", () => {
  expect(() => tracingObserver({ trace: 1 } as never)).toThrow("tracingObserver: trace is not an option");
  expect(() => tracingObserver({ tracer: {} as never })).toThrow(
    "tracer must be a Tracer, with a function startSpan",
  );
});

test.each([
  { type: "late", state: "sent" },
  { type: "settled", state: "sent", ms: 1 },
  { type: "recovered", state: "queued" },
  { type: "lease-lost" },
  { type: "error", during: "claim", error: "no" },
])("an event of an outbox's worker adds nothing to a trace: $type", async (event) => {
  const observer = tracingObserver({ tracer: kept.tracer });
  const start = { type: "delivery-start", at: 0, message: "m-1", recipients: 1 } as const;
  observer(start);
  observer({ at: 1, worker: "w1", message: "m-1", ...event } as unknown as RelaisEvent);
  observer({
    ...start,
    type: "delivery",
    ms: 1,
    delivery: { ...(await anyDelivery()), id: "m-1" },
  } as RelaisEvent);
  expect(kept.spans().map(({ name, events }) => [name, events.length])).toEqual([["relais.send", 0]]);
});

async function anyDelivery() {
  const chain = createChain([of("A", first)], { policies: [] });
  const delivery = await chain.send(mail);
  await chain.close();
  return delivery;
}

test("recipients that are suppressed are told by their reasons, and a list that cannot be read by what is done", async () => {
  const list = memorySuppression();
  list.add("ann@example.net");
  const broken = { check: () => Promise.reject(new Error("the database is down, ann@example.net")) };
  for (const [suppression, name, attributes] of [
    [list, "suppressed", { "relais.suppressed": ["manual"] }],
    [broken, "suppression-unavailable", { "relais.action": "defer" }],
  ] as const) {
    kept = keptTraces();
    const chain = createChain([of("A", first)], { ...tracing(), suppression });
    await chain.send(mail);
    await chain.close();
    const [whole] = kept.spans();
    expect(whole?.events).toMatchObject([{ name, attributes }]);
    expect(JSON.stringify(whole?.events)).not.toContain("ann@");
  }
});

test("what providers told is an event of the request that brought it", () => {
  const counts = [{ provider: "SES", type: "bounced", count: 2 }] as const;
  const told = { stored: 2, repeated: 1, early: 0, foreign: 0, settled: 1, counts };
  const observe = tracingObserver({ tracer: kept.tracer });
  observe({ type: "feedback-received", at: 1_700_000_000_000, ...told }); // nobody's
  kept.tracer.startActiveSpan("POST /feedback/ses", (span) => {
    observe({ type: "feedback-received", at: 1_700_000_000_000, ...told });
    span.end();
  });
  expect(kept.spans()[0]?.events).toMatchObject([
    {
      name: "feedback-received",
      time: [1_700_000_000, 0],
      attributes: {
        "relais.feedback.SES.bounced": 2,
        "relais.stored": 2,
        "relais.repeated": 1,
        "relais.settled": 1,
      },
    },
  ]);
});
