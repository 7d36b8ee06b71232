import { type SmtpServer, smtpServer } from "@relais/conformance";
import { breaker, type ChainOptions, createChain, link, retry } from "@relais/core";
import { smtp } from "@relais/smtp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pinoObserver } from "../src/index.ts";
import { keptLog } from "./kept-log.ts";

let first: SmtpServer;
let second: SmtpServer;
beforeEach(async () => {
  first = await smtpServer();
  second = await smtpServer();
});
afterEach(async () => {
  await first.close();
  await second.close();
});

const mail = {
  id: "order-7",
  from: "shop@example.org",
  to: "ann@example.net",
  subject: "A quiet subject",
  text: "x",
};

function chainOf(observer: ReturnType<typeof pinoObserver>, options: ChainOptions = {}) {
  const of = (id: string, { host, port }: SmtpServer) => smtp({ id, host, port });
  return createChain([link(of("A", first), breaker({ minimumCalls: 1, resetMs: 60_000 })), of("B", second)], {
    policies: [],
    ...options,
    observers: [observer],
  });
}

async function logged(level: string, options: ChainOptions = {}, to: string | string[] = mail.to) {
  const log = keptLog(level);
  const chain = chainOf(pinoObserver(log.logger), options);
  const delivery = await chain.send({ ...mail, to });
  await chain.close();
  expect(log.text()).not.toMatch(/example\.net|quiet subject/);
  return { delivery, lines: log.lines(), text: log.text() };
}

describe("one line a delivery", () => {
  test("info, if it was sent", async () => {
    const { lines } = await logged("info");
    expect(lines).toEqual([
      {
        level: 30,
        msg: "message sent",
        event: "delivery",
        chain: "chain",
        id: "order-7",
        provider: "A",
        messageId: "<order-7@example.org>",
        attempts: 1,
        accepted: 1,
        ms: expect.any(Number),
      },
    ]);
  });

  test("warn, if another provider was needed; the failover and the breaker have a line each", async () => {
    first.script({ mail: { reply: "451 4.3.0 <ann@example.net> try later" } });
    const { lines } = await logged("info");
    const why = { kind: "transient", code: "451 4.3.0", reason: expect.stringContaining("<address>") };
    expect(lines).toMatchObject([
      { level: 40, msg: "breaker open", event: "breaker", provider: "A", state: "open", ...why },
      { level: 40, event: "failover", from: "A", to: "B", recipients: 1, ...why },
      {
        level: 40,
        msg: "message sent by another provider",
        id: "order-7",
        provider: "B",
        attempts: 2,
        failures: [{ provider: "A", ...why }],
      },
    ]);
    expect(lines[0]?.reopenAt).toMatch(/^\d{4}-.*Z$/);
  });

  test("warn, if only some of its recipients have it", async () => {
    const refuse = {
      rcpt: ({ address = "" }) => (address.startsWith("ann") ? { reply: "550 5.1.1 no" } : undefined),
    };
    first.script(refuse);
    const { delivery, lines } = await logged("info", {}, ["ann@example.net", "bob@example.net"]);
    expect(delivery).toMatchObject({ success: false, status: "partial" });
    expect(lines).toMatchObject([
      { level: 40, status: "partial", kind: "rejected", accepted: 1, rejected: 1 },
    ]);
  });

  test("warn, if there may be two copies", async () => {
    first.script({ dot: { drop: true } });
    const { lines } = await logged("info", { onUnknown: "failover" });
    expect(lines.at(-1)).toMatchObject({
      level: 40,
      msg: "message sent, perhaps twice",
      possibleDuplicate: true,
    });
  });

  test("error, if nobody knows", async () => {
    first.script({ dot: { drop: true } });
    const { lines } = await logged("info");
    expect(lines.at(-1)).toMatchObject({ level: 50, event: "delivery", status: "unknown", kind: "unknown" });
  });

  test("error, if it failed", async () => {
    await first.down();
    await second.down();
    const { lines } = await logged("info");
    expect(lines.at(-1)).toMatchObject({
      level: 50,
      msg: "message not sent",
      status: "failed",
      kind: "transient",
      failures: [
        { provider: "A", kind: "transient", code: "ECONNREFUSED" },
        { provider: "B", kind: "transient", code: "ECONNREFUSED" },
      ],
    });
  });

  test("info, if a visitor mistyped an address, without what was wrongly written", async () => {
    const { lines, text } = await logged("info", {}, "Ann Lee at example");
    expect(lines).toMatchObject([
      {
        level: 30,
        msg: "message not sent: a recipient's address is wrong",
        status: "failed",
        kind: "rejected",
        failures: [{ provider: "message" }],
      },
    ]);
    expect(text).toContain("<value>");
    expect(text).not.toContain("Ann Lee");
  });

  test("info, if the server does not know the address; error, if the message itself was refused", async () => {
    first.script({ rcpt: { reply: "550 5.1.1 no such user" } });
    const { lines } = await logged("info");
    expect(lines.at(-1)).toMatchObject({ level: 30, kind: "rejected", failures: [{ provider: "A" }] });
    const log = keptLog("info");
    const chain = chainOf(pinoObserver(log.logger), {});
    await chain.send({ ...mail, subjct: "x" } as typeof mail);
    await chain.close();
    expect(log.lines()).toMatchObject([{ level: 50, kind: "rejected", failures: [{ provider: "message" }] }]);
  });
});

test("attempts, retries and breakers that close are told of at their levels", async () => {
  first.script({ mail: ({ nth }) => (nth === 1 ? { reply: "451 4.3.0 try later" } : undefined) });
  const log = keptLog("debug");
  const { host, port } = first;
  const tries = [retry({ baseMs: 1 }), breaker({ minimumCalls: 1, resetMs: 1 })];
  const chain = createChain([link(smtp({ id: "A", host, port }), ...tries)], {
    observers: [pinoObserver(log.logger)],
  });
  await chain.send(mail);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await chain.send(mail);
  await chain.close();
  const told = log.lines().map(({ level, event, state = "" }) => `${level} ${event} ${state}`.trim());
  expect(told).toEqual(expect.arrayContaining(["20 attempt", "20 retry", "20 breaker half-open"]));
  expect(told).toContain("40 breaker open");
  expect(told).toContain("30 breaker closed");
  expect(log.lines().find(({ event }) => event === "attempt")).toMatchObject({
    provider: "A",
    n: 1,
    success: false,
    kind: "transient",
    phase: "open",
    ms: expect.any(Number),
  });
});

test("reasons: false leaves the far ends' words out", async () => {
  first.script({ mail: { reply: "550 5.7.1 user ann is not wanted" } });
  const log = keptLog("debug");
  const chain = chainOf(pinoObserver(log.logger, { reasons: false }));
  await chain.send(mail);
  await chain.close();
  expect(log.text()).toContain('"kind":"refused"');
  expect(log.text()).not.toMatch(/not wanted|"reason"/);
});

describe("a logger that", () => {
  const sent = async (logger: Parameters<typeof pinoObserver>[0]) => {
    const chain = chainOf(pinoObserver(logger));
    const delivery = await chain.send(mail);
    await chain.close();
    expect(delivery).toMatchObject({ success: true, provider: "A" });
    expect(first.accepted).toHaveLength(1);
  };
  const all = (run: () => unknown) => ({ debug: run, info: run, warn: run, error: run });

  test("throws changes no delivery", () =>
    sent(
      all(() => {
        throw new Error("disk full");
      }),
    ));

  test("rejects changes no delivery, and brings no process down", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    await sent(all(() => Promise.reject(new Error("disk full"))));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  test("never comes back with its promise is not waited for", () =>
    sent(all(() => new Promise(() => undefined))));

  test("holds the thread changes no delivery", () =>
    sent(
      all(() => {
        const until = performance.now() + 30;
        while (performance.now() < until);
      }),
    ));
});

test("what is no logger, and options that are not there, are refused with a sentence", () => {
  expect(() => pinoObserver({} as never)).toThrow(
    "pinoObserver: logger must have a function debug, as a pino",
  );
  const { logger } = keptLog();
  expect(() => pinoObserver(logger, { reason: true } as never)).toThrow("did you mean reasons?");
  expect(() => pinoObserver(logger, { reasons: "no" } as never)).toThrow("reasons must be true or false");
});
