import { createServer } from "node:net";
import { blackhole, type SesServer, sesServer } from "@relais/conformance";
import { ses } from "@relais/ses";
import { afterEach, expect, test, vi } from "vitest";
import { accountRows } from "./account-rows.ts";
import { context, letter } from "./context.ts";
import { farEndRows } from "./far-end-rows.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A signal that aborts so long after the server saw a request; 0 has aborted already. */
function abortAfter(ms: number | undefined, server: SesServer): AbortSignal {
  const caller = new AbortController();
  if (ms === 0) caller.abort();
  else if (ms !== undefined)
    void vi
      .waitUntil(() => server.requests.length > 0, { timeout: 10_000, interval: 5 })
      .then(() => setTimeout(() => caller.abort(), ms));
  return caller.signal;
}

test.each([...farEndRows, ...accountRows])("$title: $kind", async (row) => {
  const server = await sesServer({ ...row.server, ...(row.fault === undefined ? {} : { fault: row.fault }) });
  closers.push(server.close);
  const secure = row.server?.certificate !== undefined;
  const provider = ses({
    region: "eu-west-1",
    endpoint: server.endpoint,
    credentials,
    ...(secure ? { ca: server.ca } : {}),
    ...row.options,
  });
  closers.push(() => provider.close?.());
  const message = await (row.message ?? letter)();
  // What is loaded on first use is not part of the time that a row gives.
  await import("@aws-sdk/client-ses");

  const given = context(message, {
    signal: abortAfter(row.abortAfterMs, server),
    ...(row.to === undefined ? {} : { to: row.to }),
  });
  const outcome = await provider.send(message, given);

  expect(outcome.success ? "receipt" : outcome.kind, JSON.stringify(outcome)).toBe(row.kind);
  expect(given.handOvers).toBe((row.handedOver ?? true) ? 1 : 0);
  expect(server.requests).toHaveLength(row.requests ?? 1);
  expect(server.accepted).toHaveLength(row.copies ?? 0);
  if (outcome.success) {
    expect(outcome.messageId).toBe(server.accepted[0]?.messageId);
    expect(outcome.accepted).toEqual(given.envelope.to);
    expect(outcome.rejected).toEqual([]);
    return;
  }
  if (row.code !== undefined) expect(outcome.code).toMatch(row.code);
  if (row.reason !== undefined) expect(outcome.reason).toMatch(row.reason);
  expect(outcome.retryAfterMs).toBe(row.retryAfterMs);
});

test("refused: transient, and nothing was handed over", async () => {
  const server = await sesServer();
  await server.down();
  const provider = ses({ region: "eu-west-1", endpoint: server.endpoint, credentials });
  const message = await letter();
  const given = context(message);
  expect(await provider.send(message, given)).toEqual({
    success: false,
    provider: "SES",
    kind: "transient",
    code: "ECONNREFUSED",
    reason: "connection refused",
  });
  expect(given.handOvers).toBe(0);
});

test("a host that drops every SYN: transient after connectionTimeoutMs", async () => {
  const hole = await blackhole();
  closers.push(hole.close);
  const provider = ses({
    region: "eu-west-1",
    endpoint: `http://127.0.0.1:${hole.port}`,
    credentials,
    connectionTimeoutMs: 300,
  });
  await import("@aws-sdk/client-ses");
  const message = await letter();
  const given = context(message);
  const began = performance.now();
  const outcome = await provider.send(message, given);
  expect(performance.now() - began).toBeLessThan(900);
  expect(outcome).toMatchObject({ kind: "transient", code: "ETIMEDOUT", reason: "no connection in time" });
  expect(given.handOvers).toBe(0);
});

test("https to a plain server: misconfigured, and no request", async () => {
  const server = await sesServer();
  closers.push(server.close);
  const provider = ses({
    region: "eu-west-1",
    endpoint: server.endpoint.replace("http:", "https:"),
    credentials,
  });
  const message = await letter();
  const given = context(message);
  expect(await provider.send(message, given)).toMatchObject({ kind: "misconfigured" });
  expect(given.handOvers).toBe(0);
  expect(server.requests).toHaveLength(0);
});

test("a TLS handshake that is dropped: transient", async () => {
  const dropper = createServer((socket) => socket.once("data", () => socket.destroy()));
  await new Promise<void>((resolve) => dropper.listen(0, "127.0.0.1", resolve));
  closers.push(() => dropper.close());
  const { port } = dropper.address() as { port: number };
  const provider = ses({ region: "eu-west-1", endpoint: `https://127.0.0.1:${port}`, credentials });
  const message = await letter();
  const given = context(message);
  expect(await provider.send(message, given)).toMatchObject({ kind: "transient", code: "ECONNRESET" });
  expect(given.handOvers).toBe(0);
});
