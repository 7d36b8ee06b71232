import { expect, test } from "vitest";
import { context, letter } from "./context.ts";
import { pair } from "./sandbox.ts";

const hour = 3_600_000;

test.each([hour, -hour])(
  "a clock that is %i ms off costs one transient failure, then the client knows",
  async (clockSkewMs) => {
    const { server, provider } = await pair({}, { clockSkewMs });
    const message = await letter();
    expect(await provider.send(message, context(message))).toMatchObject({
      kind: "transient",
      code: "SignatureDoesNotMatch",
    });
    expect((await provider.send(message, context(message))).success).toBe(true);
    expect((await provider.send(message, context(message))).success).toBe(true);
    expect([server.requests.length, server.accepted.length]).toEqual([3, 2]);
  },
);

test("many at once all learn from the first answer, and none opens a breaker", async () => {
  const { server, provider } = await pair({}, { clockSkewMs: hour });
  const message = await letter();
  const all = await Promise.all(Array.from({ length: 20 }, () => provider.send(message, context(message))));
  for (const outcome of all) if (!outcome.success) expect(outcome.kind).toBe("transient");
  expect((await provider.send(message, context(message))).success).toBe(true);
  expect(server.accepted.length).toBe(all.filter((outcome) => outcome.success).length + 1);
});

test("a clock that does not help to know is misconfigured the second time", async () => {
  const { server, provider } = await pair();
  server.fault({
    error: {
      code: "SignatureDoesNotMatch",
      message: "Signature expired: 1 is now earlier than 2",
      status: 403,
    },
  });
  const message = await letter();
  expect(await provider.send(message, context(message))).toMatchObject({ kind: "transient" });
  expect(await provider.send(message, context(message))).toMatchObject({ kind: "misconfigured" });
  server.fault();
  expect((await provider.send(message, context(message))).success).toBe(true);
  server.fault({ expiredRequest: true });
  expect(await provider.send(message, context(message))).toMatchObject({ kind: "transient" });
});
