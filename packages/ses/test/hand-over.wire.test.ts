import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { context, letter, parcel } from "./context.ts";
import { pair } from "./sandbox.ts";

test("a hand-over that rejects leaves no request on the wire, and answers cancelled", async () => {
  const { server, provider } = await pair();
  const message = await letter();
  const no = context(message, {
    onHandOver: () => Promise.reject(new Error("the mark could not be written")),
  });
  expect(await provider.send(message, no)).toMatchObject({ kind: "cancelled" });
  await sleep(50);
  expect(server.connections).toBe(1);
  expect(server.requests).toHaveLength(0);
  expect(server.open).toBe(0);
});

test("a hand-over that throws is one that rejects", async () => {
  const { server, provider } = await pair();
  const message = await letter();
  const no = context(message);
  no.handOver = () => {
    throw new Error("not even a promise");
  };
  expect(await provider.send(message, no)).toMatchObject({ kind: "cancelled" });
  expect(server.requests).toHaveLength(0);
});

test("the connection stands, and nothing of the request is there, when a small message is handed over", async () => {
  const { server, provider } = await pair();
  const message = await letter();
  let seen: unknown;
  const given = context(message, {
    onHandOver: async () => {
      await sleep(50);
      seen = { connections: server.connections, requests: server.requests.length };
    },
  });
  expect((await provider.send(message, given)).success).toBe(true);
  expect(seen).toEqual({ connections: 1, requests: 0 });
  expect(given.handOvers).toBe(1);
});

test("all but the tail of a big message is there when it is handed over, and no more", async () => {
  const { server, provider } = await pair();
  const message = await parcel(1_000_000);
  let acceptedBefore = -1;
  const given = context(message, {
    onHandOver: async () => {
      await sleep(100);
      acceptedBefore = server.accepted.length;
    },
  });
  expect((await provider.send(message, given)).success).toBe(true);
  expect(acceptedBefore).toBe(0);
  expect(server.accepted).toHaveLength(1);
});

test("a big message whose hand-over rejects is never taken", async () => {
  const { server, provider } = await pair();
  const message = await parcel(1_000_000);
  const no = context(message, { onHandOver: () => Promise.reject(new Error("no")) });
  expect(await provider.send(message, no)).toMatchObject({ kind: "cancelled" });
  await sleep(50);
  expect(server.accepted).toHaveLength(0);
  expect(server.requests.every((request) => request.action === undefined)).toBe(true);
});

test("a connection lost while the hand-over is confirmed: transient, and no request", async () => {
  const { server, provider } = await pair();
  const message = await letter();
  const given = context(message, {
    onHandOver: async () => {
      await server.down();
      await sleep(50);
    },
  });
  expect(await provider.send(message, given)).toMatchObject({ kind: "transient", code: "ECONNRESET" });
  expect(server.requests).toHaveLength(0);
});

test("a kept connection that the far end has closed meanwhile is found out before the hand-over", async () => {
  const { server, provider } = await pair();
  const message = await letter();
  expect((await provider.send(message, context(message))).success).toBe(true);
  await server.down();
  await server.up();
  const given = context(message);
  const outcome = await provider.send(message, given);
  expect(outcome.success || outcome.kind === "transient", JSON.stringify(outcome)).toBe(true);
  expect(server.accepted.length).toBe(outcome.success ? 2 : 1);
  expect((await provider.send(message, context(message))).success).toBe(true);
});

test("an answer that comes before the message is all written counts, without a hand-over, and ends the connection", async () => {
  const impatient = createServer((_, response) => {
    response.writeHead(413).end();
  });
  await new Promise<void>((resolve) => impatient.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    impatient.closeAllConnections();
    impatient.close();
  });
  const { port } = impatient.address() as { port: number };
  const { provider } = await pair({ endpoint: `http://127.0.0.1:${port}` });
  const message = await parcel(5_600_000);
  // Kept waiting, so that the answer is first also where the network swallows everything at once.
  const given = context(message, { onHandOver: () => sleep(1_000) });
  expect(await provider.send(message, given)).toMatchObject({ kind: "refused", code: "HTTP 413" });
  await sleep(100);
  expect(await new Promise((resolve) => impatient.getConnections((_, count) => resolve(count)))).toBe(0);
});
