import type { RelaisEvent, WorkerEvent } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { expect, test } from "vitest";
import { pinoObserver } from "../src/index.ts";
import { keptLog } from "./kept-log.ts";

const base = { at: 1_700_000_000_000, worker: "w1", message: "m-1" } as const;
const settled = { ...base, type: "settled", tenant: "shop", state: "sent", ms: 12.34567 } as const;
const outcome = receipt({ provider: "A", messageId: "1", accepted: [] });
const of = (more: object): WorkerEvent => ({ ...settled, ...more });

function written(event: RelaisEvent) {
  const log = keptLog("debug");
  pinoObserver(log.logger)(event);
  return log.lines();
}

test.each([
  ["sent", 30],
  ["cancelled", 30],
  ["deferred", 40],
  ["partial", 40],
  ["failed", 50],
  ["expired", 50],
  ["unknown", 50],
])("a message that is %s has a line of level %i", (state, level) => {
  expect(written(of({ state, provider: "A" }))).toEqual([
    {
      level,
      msg: `outbox message ${state}`,
      event: "settled",
      id: "m-1",
      tenant: "shop",
      state,
      provider: "A",
      ms: 12.346,
    },
  ]);
});

test("why and until when, without addresses", () => {
  const [line] = written(of({ state: "deferred", error: "A: <ann@example.net> is busy", notBefore: 0 }));
  expect(line).toMatchObject({ reason: "A: <address> is busy", notBefore: "1970-01-01T00:00:00.000Z" });
});

test.each([
  ["recovered", 40, "outbox message recovered from a worker that was lost", { state: "queued" }],
  ["lease-lost", 40, "outbox message given up here: its lease was lost", {}],
  ["late", 40, "outbox message: a late answer", { provider: "A", attempt: "a-1", outcome, state: "sent" }],
  ["error", 50, "outbox worker: something failed in the background", { during: "claiming", error: "no" }],
  ["of another version", 40, "outbox worker: of another version", {}],
])("%s has a line of level %i", (type, level, msg, more) => {
  expect(written({ ...base, type, ...more } as RelaisEvent)).toMatchObject([
    { level, event: type, msg, id: "m-1" },
  ]);
});

test("a delivery that comes with an event is not written", () => {
  const event = of({ state: "sent", delivery: { accepted: ["ann@example.net"] } });
  expect(JSON.stringify(written(event))).not.toContain("ann@");
});

test("a logger that throws does not reach the worker", () => {
  const broken = () => {
    throw new Error("disk full");
  };
  const observer = pinoObserver({ debug: broken, info: broken, warn: broken, error: broken });
  expect(() => observer(of({ state: "sent" }))).not.toThrow();
});

test("what is for the worker alone is the same observer, which is called once where a chain has both", () => {
  const observer = pinoObserver(keptLog("debug").logger);
  expect(observer.worker).toBe(observer);
});

test("a late answer of the chain is told from one of the worker, and a new event of a chain gets no line", () => {
  const log = keptLog("debug");
  const observer = pinoObserver(log.logger);
  observer({ type: "late", at: 0, provider: "A", attempt: "a-1", outcome });
  observer({ type: "of another version", at: 0 } as unknown as RelaisEvent);
  expect(log.lines()).toMatchObject([{ msg: "provider answered after it was given up", attempt: "a-1" }]);
});

test.each([
  [
    30,
    "events of providers",
    {
      type: "feedback-received",
      counts: [{ provider: "SES", type: "bounced", count: 2 }],
      stored: 2,
      settled: 1,
    },
    { counts: [{ provider: "SES", type: "bounced", count: 2 }], stored: 2, settled: 1 },
  ],
  [
    20,
    "events of providers",
    { type: "feedback-received", counts: [], stored: 0, settled: 0 },
    { stored: 0 },
  ],
  [30, "events that had waited", { type: "feedback", matched: 2, foreign: 1, settled: 1 }, { foreign: 1 }],
  [20, "events that had waited", { type: "feedback", matched: 2, foreign: 1, settled: 0 }, { matched: 2 }],
  [50, "bounces or complaints over the limit of vendors", rate("over"), { provider: "SES", rate: 0.06 }],
  [40, "bounces or complaints near the limit of vendors", rate("near"), { of: "bounces", limit: 0.05 }],
  [30, "bounces or complaints below the limit of vendors again", rate("below"), { state: "below" }],
])("what providers told has a line of level %i: %s", (level, msg, event, fields) => {
  expect(written({ at: 0, ...event } as never)).toMatchObject([{ level, msg, event: event.type, ...fields }]);
});

function rate(level: string) {
  return {
    type: "feedback-rate",
    worker: "w1",
    provider: "SES",
    of: "bounces",
    rate: 0.06,
    limit: 0.05,
    level,
  };
}
