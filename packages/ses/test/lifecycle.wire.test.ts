import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { context, letter } from "./context.ts";
import { pair } from "./sandbox.ts";

test("close lets what is under way or in line finish, then lets go of every socket", async () => {
  const { server, provider } = await pair({ maxConnections: 1 });
  server.fault({ delayMs: 150 });
  const message = await letter();
  const first = provider.send(message, context(message));
  const second = provider.send(message, context(message));
  await sleep(50);
  await Promise.all([provider.close(), provider.close()]);
  expect([(await first).success, (await second).success]).toEqual([true, true]);
  await sleep(50);
  expect(server.open).toBe(0);
});

test("a closed provider skips what comes later, and reaches nothing", async () => {
  const { server, provider } = await pair();
  await provider.close();
  const message = await letter();
  expect(await provider.send(message, context(message))).toMatchObject({
    kind: "skipped",
    reason: "the provider is closed",
  });
  expect(await provider.verify()).toMatchObject({ ok: false, failure: { kind: "skipped" } });
  await provider.close();
  expect(server.connections).toBe(0);
});

test("connections are kept for the next message", async () => {
  const { server, provider } = await pair({}, { certificate: "good" });
  const message = await letter();
  for (let i = 0; i < 3; i += 1) expect((await provider.send(message, context(message))).success).toBe(true);
  expect(server.connections).toBe(1);
});

test("a fresh key is fetched after the old one was refused", async () => {
  let secretAccessKey = "of yesterday".replaceAll(" ", "-");
  let asked = 0;
  const credentials = async () => {
    asked += 1;
    return { accessKeyId: "AKIDEXAMPLE", secretAccessKey };
  };
  const { provider } = await pair({ credentials });
  const message = await letter();
  expect(await provider.send(message, context(message))).toMatchObject({ kind: "misconfigured" });
  secretAccessKey = "secret";
  expect((await provider.send(message, context(message))).success).toBe(true);
  expect((await provider.send(message, context(message))).success).toBe(true);
  expect(asked).toBe(2);
});

test("a provider outlives an outage", async () => {
  const { server, provider } = await pair();
  const message = await letter();
  expect((await provider.send(message, context(message))).success).toBe(true);
  await server.down();
  await sleep(50);
  expect(await provider.send(message, context(message))).toMatchObject({
    kind: "transient",
    code: "ECONNREFUSED",
  });
  await server.up();
  expect((await provider.send(message, context(message))).success).toBe(true);
});

test("a message that cannot be compiled is rejected, whoever tries", async () => {
  const { server, provider } = await pair();
  const message = { ...(await letter()), attachments: 7 } as never;
  const outcome = await provider.send(message, context(await letter()));
  expect(outcome).toMatchObject({ success: false, kind: "rejected", reason: /cannot be compiled/ });
  expect(server.connections).toBe(0);
});

test("a request may take longer than a kept connection lives", async () => {
  const { server, provider } = await pair();
  server.fault({ delayMs: 5_600 });
  const message = await letter();
  expect((await provider.send(message, context(message))).success).toBe(true);
  expect(server.requests).toHaveLength(1);
});
