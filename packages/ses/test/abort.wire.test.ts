import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { SesServer } from "@relais/conformance";
import type { Message, Outcome, Provider } from "@relais/core/spi";
import { expect, onTestFinished, test, vi } from "vitest";
import { sooner } from "../../../test/repo/sooner.ts";
import { context, letter, parcel, type TestContext } from "./context.ts";
import { credentials, pair } from "./sandbox.ts";

/** Sends, aborts after `after` ms (or what is awaited instead), and gives the outcome, which must be there within 50 ms. */
async function aborted(
  provider: Provider,
  message: Message,
  after: number | (() => Promise<unknown>),
  onHandOver?: () => Promise<void>,
): Promise<{ outcome: Outcome; given: TestContext }> {
  const caller = new AbortController();
  const given = context(message, { signal: caller.signal, ...(onHandOver && { onHandOver }) });
  const sent = provider.send(message, given);
  await (typeof after === "number" ? sleep(after) : after());
  caller.abort(new Error("secret reason"));
  return { outcome: await sooner(sent, 50), given };
}

const waiting = { timeout: 10_000, interval: 5 };

/** A while after the server saw a request. */
const arrival = (server: SesServer) => async (): Promise<void> => {
  await vi.waitUntil(() => server.requests.length > 0, waiting);
  await sleep(100);
};

const kindOf = (outcome: Outcome): string => (outcome.success ? "receipt" : outcome.kind);

test("aborted while the credentials are fetched: cancelled at once, and nothing is connected", async () => {
  let asked = false;
  const slowly = () => {
    asked = true;
    return sleep(400).then(() => credentials);
  };
  const { server, provider } = await pair({ credentials: slowly });
  const { outcome, given } = await aborted(provider, await letter(), () =>
    vi.waitUntil(() => asked, waiting),
  );
  expect(kindOf(outcome)).toBe("cancelled");
  await sleep(500);
  expect([given.handOvers, server.connections]).toEqual([0, 0]);
});

test("aborted while connecting: cancelled at once, and the socket is closed", async () => {
  const sockets = new Set<Socket>();
  const mute = createServer((socket) =>
    sockets.add(socket.resume().on("close", () => sockets.delete(socket))),
  );
  await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void mute.close());
  const { port } = mute.address() as { port: number };
  // A TLS handshake that is never answered.
  const { provider } = await pair({ endpoint: `https://127.0.0.1:${port}` });
  const { outcome, given } = await aborted(provider, await letter(), () =>
    vi.waitUntil(() => sockets.size === 1, waiting),
  );
  expect(kindOf(outcome)).toBe("cancelled");
  await vi.waitUntil(() => sockets.size === 0, waiting);
  expect(given.handOvers).toBe(0);
});

test("aborted while the hand-over is confirmed: cancelled at once, and never a request", async () => {
  const { server, provider } = await pair();
  let asked = false;
  const { outcome } = await aborted(
    provider,
    await letter(),
    () => vi.waitUntil(() => asked, waiting),
    () => {
      asked = true;
      return sleep(300);
    },
  );
  expect(kindOf(outcome)).toBe("cancelled");
  await sleep(300);
  expect([server.requests.length, server.open]).toEqual([0, 0]);
});

test("aborted in the middle of a big upload: cancelled, since the far end has only a part", async () => {
  const { server, provider } = await pair();
  server.fault({ stall: "noRead" });
  const { outcome, given } = await aborted(provider, await parcel(5_600_000), arrival(server));
  expect(kindOf(outcome)).toBe("cancelled");
  expect([given.handOvers, server.accepted.length]).toEqual([0, 0]);
});

test("aborted while the answer is awaited: unknown at once, and the socket is closed", async () => {
  const { server, provider } = await pair();
  server.fault({ stall: "afterAccept" });
  const { outcome, given } = await aborted(provider, await letter(), arrival(server));
  expect(outcome).toMatchObject({
    kind: "unknown",
    reason: "time ran out after the message was handed over",
  });
  await vi.waitUntil(() => server.open === 0, waiting);
  expect([given.handOvers, server.accepted.length]).toEqual([1, 1]);
});

test("aborted while the answer comes in: unknown at once, and the socket is closed", async () => {
  const { server, provider } = await pair();
  server.fault({ ok: "trickle" });
  const { outcome } = await aborted(provider, await letter(), arrival(server));
  expect(kindOf(outcome)).toBe("unknown");
  await vi.waitUntil(() => server.open === 0, waiting);
});

test("aborted while waiting in line: cancelled, and the line moves on", async () => {
  const { server, provider } = await pair({ maxConnections: 1 });
  server.fault({ delayMs: 300 });
  const message = await letter();
  const first = provider.send(message, context(message));
  const third = sleep(50).then(() => provider.send(message, context(message)));
  const { outcome } = await aborted(provider, message, 100);
  expect(kindOf(outcome)).toBe("cancelled");
  expect(kindOf(await first)).toBe("receipt");
  expect(kindOf(await third)).toBe("receipt");
  expect(server.accepted).toHaveLength(2);
});

test("aborted in the very moment in which the hand-over is confirmed: cancelled, and never a request", async () => {
  const { server, provider } = await pair();
  for (const message of [await letter(), await parcel(500_000)]) {
    const caller = new AbortController();
    const given = context(message, { signal: caller.signal, onHandOver: () => caller.abort() });
    expect(kindOf(await provider.send(message, given))).toBe("cancelled");
  }
  await sleep(50);
  expect(server.accepted).toHaveLength(0);
  expect(server.requests.every((request) => request.action === undefined)).toBe(true);
});
