import { expect, test } from "vitest";
import { errorLine, failuresInOrder } from "../src/chain/build-delivery.ts";
import { createChain } from "../src/chain/chain.ts";
import type { FailureKind } from "../src/failure/kinds.ts";
import { failure } from "../src/failure/outcome.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, bob, sampleInput } from "./sample-message.ts";
import { accept, fail, part, type Step, scripted } from "./scripted-provider.ts";

async function deliver(steps: readonly Step[], to: string[] = [ann]) {
  const clock = manualClock();
  const chain = createChain(
    steps.map((step, i) => scripted(`P${i}`, step)),
    { policies: [], clock },
  );
  return clock.until(chain.send(sampleInput({ to })));
}

test("the error is a part a provider, in chain order, each its last failure", () => {
  const one = (provider: string, reason: string) => failure({ provider, kind: "transient", reason });
  expect(errorLine([one("SMTP", "connection refused"), one("SES", "sending paused")])).toBe(
    "SMTP: connection refused | SES: sending paused",
  );
  const nested = { ...one("chain", "a | b"), failures: [one("A", "a"), one("B", "b")] };
  expect(errorLine(failuresInOrder([undefined, nested, one("C", "c")]))).toBe("A: a | B: b | C: c");
});

// Of two kinds for one recipient, the one that leaves more hope speaks.
test.each<[FailureKind, FailureKind, FailureKind]>([
  ["refused", "transient", "transient"],
  ["throttled", "deferred", "throttled"],
  ["misconfigured", "skipped", "skipped"],
  ["refused", "misconfigured", "misconfigured"],
  ["deferred", "rejected", "rejected"],
  ["transient", "unknown", "unknown"],
  ["transient", "cancelled", "cancelled"],
])("%s and then %s amount to %s", async (first, second, kind) => {
  expect(await deliver([fail(first), fail(second)])).toMatchObject({ success: false, kind });
});

test("one recipient of whom nobody knows makes the whole unknown, even if another was accepted", async () => {
  expect(await deliver([part({ [bob]: "unknown" })], [ann, bob])).toMatchObject({
    status: "unknown",
    kind: "unknown",
    accepted: [ann],
  });
});

test("the failures before a success are not forgotten", async () => {
  const delivery = await deliver([fail("transient"), fail("refused"), accept()]);
  expect(delivery).toMatchObject({
    success: true,
    provider: "P2",
    failures: [{ provider: "P0" }, { provider: "P1" }],
  });
  expect(delivery).not.toHaveProperty("error");
});

test("a delivery is frozen, and absent means absent", async () => {
  for (const delivery of [await deliver([accept()]), await deliver([fail("refused")])]) {
    for (const value of [
      delivery,
      delivery.attempts,
      delivery.failures,
      delivery.accepted,
      delivery.rejected,
      delivery.receipts,
    ]) {
      expect(Object.isFrozen(value)).toBe(true);
    }
    expect(Object.values(delivery)).not.toContain(undefined);
  }
});

test("the reason of a whole stays one line of at most 300 characters, however many providers failed", async () => {
  const long = fail("refused", { reason: "x".repeat(299) });
  const delivery = await deliver([long, long, long]);
  expect(delivery).toMatchObject({ success: false });
  if (!delivery.success) {
    expect(delivery.reason.length).toBeLessThanOrEqual(300);
    expect(delivery.error.split(" | ")).toHaveLength(3);
  }
});
