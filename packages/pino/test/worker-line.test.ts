import { receipt } from "@relais/core/spi";
import { expect, test } from "vitest";
import { pinoObserver, type WorkerEventLike } from "../src/index.ts";
import { keptLog } from "./kept-log.ts";

const settled = { type: "settled", at: 1_700_000_000_000, message: "m-1", tenant: "shop", ms: 12.34567 };
const of = (more: object): WorkerEventLike => ({ ...settled, ...more });

function written(event: WorkerEventLike) {
  const log = keptLog("debug");
  pinoObserver(log.logger).worker(event);
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
  ["recovered", 40],
  ["lease-lost", 40],
  ["late", 40],
  ["error", 50],
  ["of another version", 40],
])("%s has a line of level %i", (type, level) => {
  expect(written({ type, at: 0 })).toMatchObject([{ level, event: type }]);
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
  expect(() => observer.worker(of({ state: "sent" }))).not.toThrow();
});

test.each([
  [of({ state: "sent" }), "outbox message sent"],
  [of({ type: "late", state: "sent" }), "outbox message: a late answer"],
  [of({ type: "error", during: "claim" }), "outbox worker: something failed in the background"],
])("one observer serves the chain and the worker: %o", (event, msg) => {
  const log = keptLog("debug");
  pinoObserver(log.logger)(event);
  expect(log.lines()).toMatchObject([{ msg }]);
});

test("a late answer of the chain is told from one of the worker, and what is in neither list gets no line", () => {
  const log = keptLog("debug");
  const observer = pinoObserver(log.logger);
  const outcome = receipt({ provider: "A", messageId: "1", accepted: [] });
  observer({ type: "late", at: 0, provider: "A", attempt: "a-1", outcome });
  observer({ type: "of another version", at: 0 });
  expect(log.lines()).toMatchObject([{ msg: "provider answered after it was given up", attempt: "a-1" }]);
});
