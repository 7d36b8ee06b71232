import { setTimeout as later } from "node:timers/promises";
import { createChain } from "@relais/core";
import { describe, expect, test } from "vitest";
import { apiServer } from "./api-server.ts";
import { child } from "./child.ts";
import { context, sampleMessage } from "./context.ts";
import { vendors } from "./vendors.ts";

describe.each(vendors)("$name", (vendor) => {
  test("50 at once: each its own message, its own answer, and no more than 10 connections", async () => {
    let busy = 0;
    let most = 0;
    const server = await apiServer(async ({ body }) => {
      busy += 1;
      most = Math.max(most, busy);
      await later(Math.random() * 10);
      busy -= 1;
      const number = /subject-(\d+)/.exec(body.toString())?.[1] ?? "none";
      const text = JSON.stringify(vendor.success).replaceAll(vendor.messageId, `id-${number}`);
      return JSON.parse(text);
    });
    const provider = vendor.make({ endpoint: server.endpoint });
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const message = await sampleMessage({
          id: `m-${i}`,
          subject: `subject-${i}`,
          to: `r${i}@example.org`,
        });
        return provider.send(message, context(message));
      }),
    );
    expect(outcomes.map((one) => one.success && [one.messageId, one.accepted])).toEqual(
      Array.from({ length: 50 }, (_, i) => [`id-${i}`, [`r${i}@example.org`]]),
    );
    expect(server.requests).toHaveLength(50);
    for (const { body } of server.requests) {
      const number = /subject-(\d+)/.exec(body.toString())?.[1];
      expect(new Set(body.toString().match(/\br\d+@example\.org/g))).toEqual(
        new Set([`r${number}@example.org`]),
      );
    }
    expect(most).toBeLessThanOrEqual(10);
    expect(server.connections()).toBeLessThanOrEqual(10);
    await provider.close?.();
    await later(20);
    expect(server.sockets.size).toBe(0);
  });
});

const [vendor] = vendors;

test("a chain takes it as one of its providers", async () => {
  const server = await apiServer(() => vendor!.success);
  const chain = createChain([vendor!.make({ endpoint: server.endpoint, id: "first" })], { policies: [] });
  const delivery = await chain.send({ from: "a@example.com", to: "b@example.org", subject: "s", text: "t" });
  expect(delivery).toMatchObject({ success: true, provider: "first", messageId: vendor!.messageId });
});

test("the next provider is asked on a 429, and nobody on a lost answer", async () => {
  const busy = await apiServer(() => ({ status: 429 }));
  const lost = await apiServer((_, response) => void response.destroy());
  const good = await apiServer(() => vendor!.success);
  const input = { from: "a@example.com", to: "b@example.org", subject: "s", text: "t" };
  const at = (endpoint: string, id: string) => vendor!.make({ endpoint, id });
  const first = createChain([at(busy.endpoint, "A"), at(good.endpoint, "B")], { policies: [] });
  expect(await first.send(input)).toMatchObject({ success: true, provider: "B" });
  const second = createChain([at(lost.endpoint, "A"), at(good.endpoint, "B")], { policies: [] });
  expect(await second.send(input)).toMatchObject({ success: false });
  expect([busy.requests.length, lost.requests.length, good.requests.length]).toEqual([1, 1, 1]);
});

test("a kept connection is used again, and one that the far end closed is not", async () => {
  const server = await apiServer(() => vendor!.success);
  const provider = vendor!.make({ endpoint: server.endpoint });
  const message = await sampleMessage();
  await provider.send(message, context(message));
  await provider.send(message, context(message));
  expect(server.connections()).toBe(1);
  for (const socket of server.sockets) socket.destroy();
  const outcome = await provider.send(message, context(message));
  // Either found out in time, or not connected: never lost after the hand-over.
  expect(outcome.success || outcome.kind).toSatisfy((said) => said === true || said === "transient");
  expect(await provider.send(message, context(message))).toMatchObject({ success: true });
});

test("who gives up while waiting in line is cancelled, and the line goes on", async () => {
  const server = await apiServer(async () => {
    await later(60);
    return vendor!.success;
  });
  const provider = vendor!.make({ endpoint: server.endpoint, maxConnections: 1 });
  const message = await sampleMessage();
  const first = provider.send(message, context(message));
  const stop = new AbortController();
  const second = provider.send(message, context(message, { signal: stop.signal }));
  const third = provider.send(message, context(message));
  stop.abort();
  expect(await second).toMatchObject({ kind: "cancelled" });
  expect([await first, await third]).toMatchObject([{ success: true }, { success: true }]);
  expect(server.requests).toHaveLength(2);
});

test("close waits for what is under way; afterwards everything is skipped", async () => {
  const server = await apiServer(async () => {
    await later(50);
    return vendor!.success;
  });
  const provider = vendor!.make({ endpoint: server.endpoint });
  const message = await sampleMessage();
  const sending = provider.send(message, context(message));
  const closing = provider.close?.();
  expect(provider.close?.()).toBe(closing);
  await closing;
  expect(await sending).toMatchObject({ success: true });
  expect(await provider.send(message, context(message))).toMatchObject({ kind: "skipped" });
  expect(await provider.verify?.()).toMatchObject({ ok: false, failure: { kind: "skipped" } });
});

test("a process that sent a message exits by itself, also without close", async () => {
  const server = await apiServer(() => vendor!.success);
  const ended = await child(`
    import { createMessage } from "@relais/core/spi";
    import { resend } from "@relais/http";
    const provider = resend({ apiKey: "re_5ecretKey00", endpoint: "${server.endpoint}" });
    const message = await createMessage({ from: "a@example.com", to: "b@example.org", text: "t" });
    const context = { envelope: message.envelope, signal: new AbortController().signal, handOver: async () => {} };
    const { success } = await provider.send(message, context);
    console.log(success, performance.now());
  `);
  const [success, sentAt] = ended.stdout.trim().split(" ");
  expect([success, ended.code, ended.stderr]).toEqual(["true", 0, ""]);
  expect(ended.tookMs - Number(sentAt)).toBeLessThan(2_000);
});

test("a mapping that throws is a fault of ours before the wire, and unknown after it", async () => {
  const { http } = await import("@relais/http");
  const server = await apiServer(() => ({ status: 200, body: {} }));
  const oops = (): never => {
    throw new Error("oops");
  };
  const api = {
    name: "Own",
    endpoint: server.endpoint,
    path: "/",
    headers: {},
    secrets: [],
    body: () => ({ json: {} }),
    accepted: oops,
    complaint: () => ({}),
    errors: [],
  };
  const message = await sampleMessage();
  expect(await http({ api }).send(message, context(message))).toMatchObject({
    provider: "OWN",
    kind: "unknown",
  });
  expect(await http({ api: { ...api, body: oops } }).send(message, context(message))).toMatchObject({
    kind: "transient",
  });
  expect(server.requests).toHaveLength(1);
});
