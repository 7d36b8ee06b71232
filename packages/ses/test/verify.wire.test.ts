import { expect, test } from "vitest";
import { pair } from "./sandbox.ts";

const denied = (action: string) => ({
  error: { code: "AccessDenied", message: `not authorized to perform ses:${action}`, status: 403 },
});

test("a healthy account: ok, with its quota, and nothing was sent", async () => {
  const { server, provider } = await pair(
    {},
    { quota: { max24HourSend: 50_000, maxSendRate: 14, sentLast24Hours: 7 } },
  );
  expect(await provider.verify()).toEqual({
    provider: "SES",
    ok: true,
    quota: { perDay: 50_000, perSecond: 14, sentLastDay: 7 },
    sandbox: false,
  });
  expect(server.requests.map((request) => request.action)).toEqual([
    "GetSendQuota",
    "GetAccountSendingEnabled",
  ]);
  expect(server.accepted).toHaveLength(0);
});

test("no daily limit is an absent one", async () => {
  const { provider } = await pair({}, { quota: { max24HourSend: -1, maxSendRate: 14, sentLast24Hours: 0 } });
  expect((await provider.verify()).quota).toEqual({ perSecond: 14, sentLastDay: 0 });
});

test("200 a day and 1 a second look like the sandbox", async () => {
  const { provider } = await pair({}, { sandbox: true });
  expect(await provider.verify()).toMatchObject({
    ok: true,
    sandbox: true,
    reason: expect.stringMatching(/looks like the sandbox/),
  });
});

test("sending paused: not ok, with the failure that a send would have met, and the quota", async () => {
  const { provider } = await pair({ id: "SES-EU" }, { sendingEnabled: false });
  expect(await provider.verify()).toMatchObject({
    provider: "SES-EU",
    ok: false,
    reason: "sending paused",
    failure: { provider: "SES-EU", kind: "misconfigured", code: "AccountSendingPaused" },
    quota: { perSecond: 10_000 },
  });
});

test("a key that may only send is ok, and the reason says what it may not ask", async () => {
  const { server, provider } = await pair();
  server.fault(({ action }) => denied(action));
  expect(await provider.verify()).toEqual({
    provider: "SES",
    ok: true,
    reason:
      "the key may not ask for the quota (ses:GetSendQuota); the key may not ask whether sending is enabled (ses:GetAccountSendingEnabled)",
  });
  server.fault(({ action }) => (action === "GetSendQuota" ? denied(action) : undefined));
  expect(await provider.verify()).toMatchObject({
    ok: true,
    reason: "the key may not ask for the quota (ses:GetSendQuota)",
  });
});

test("a wrong secret is not ok", async () => {
  const { provider } = await pair({
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wrong-one" },
  });
  expect(await provider.verify()).toMatchObject({
    ok: false,
    failure: { kind: "misconfigured", code: "SignatureDoesNotMatch" },
  });
});

test("a wrong clock is mended on the way", async () => {
  const { server, provider } = await pair({}, { clockSkewMs: -3_600_000 });
  expect(await provider.verify()).toMatchObject({ ok: true });
  expect(server.requests).toHaveLength(3);
});

test("a lost answer is transient, since nothing was to be delivered", async () => {
  const { server, provider } = await pair();
  for (const fault of [
    { reset: "afterAccept" },
    { status: 502 },
    { ok: "html" },
    { ok: "truncated" },
  ] as const) {
    server.fault(fault);
    expect(await provider.verify()).toMatchObject({ ok: false, failure: { kind: "transient" } });
  }
});

test("not reached: not ok", async () => {
  const { server, provider } = await pair();
  await server.down();
  expect(await provider.verify()).toMatchObject({
    ok: false,
    reason: "connection refused",
    failure: { kind: "transient" },
  });
});

test("given up: cancelled at once, and the socket is closed", async () => {
  const { server, provider } = await pair();
  server.fault({ stall: "beforeProcessing" });
  const began = performance.now();
  const health = await provider.verify({ signal: AbortSignal.timeout(150) });
  expect(performance.now() - began).toBeLessThan(300);
  expect(health).toMatchObject({ ok: false, failure: { kind: "cancelled" } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(server.open).toBe(0);
});
