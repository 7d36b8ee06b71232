import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { makeLink } from "../src/chain/link.ts";
import type { ChainOptions } from "../src/chain/options.ts";
import type { RelaisEvent } from "../src/events/event.ts";
import { failure } from "../src/failure/outcome.ts";
import { breaker } from "../src/policies/circuit-breaker.ts";
import { concurrency } from "../src/policies/concurrency.ts";
import { rateLimit } from "../src/policies/rate-limit.ts";
import type { Provider } from "../src/provider/provider.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { ann, bob, sampleInput } from "./sample-message.ts";
import { accept, answerLater, fail, part, scripted } from "./scripted-provider.ts";

function setUp(make: (clock: ManualClock) => readonly Provider[], options: ChainOptions = {}) {
  const clock = manualClock();
  const events: RelaisEvent[] = [];
  const chain = createChain(make(clock), {
    policies: [],
    clock,
    observers: [(event) => events.push(event)],
    ...options,
  });
  const waits = () => events.flatMap((event) => (event.type === "wait" ? [event.delayMs] : []));
  return { chain, clock, waits, send: () => clock.until(chain.send(sampleInput())) };
}
const busy = (kind: "throttled" | "deferred", retryAfterMs: number) => fail(kind, { retryAfterMs });

describe.each(["throttled", "deferred"] as const)("a chain whose providers are all %s", (kind) => {
  test("waits for the first that is able again, and asks only that one", async () => {
    const a = scripted("A", busy(kind, 9_000), accept());
    const b = scripted("B", busy(kind, 2_000), accept());
    const { send, waits } = setUp(() => [a, b]);
    expect(await send()).toMatchObject({ success: true, provider: "B" });
    expect(waits()).toEqual([2_000]);
    expect([a.calls.length, b.calls.length]).toEqual([1, 2]);
  });

  test("waits once, not for ever", async () => {
    const a = scripted("A", busy(kind, 1_000));
    const { send, waits, clock } = setUp(() => [a]);
    expect(await send()).toMatchObject({
      status: "failed",
      kind,
      retryAfterMs: 1_000,
      retryAt: clock.now() + 1_000,
    });
    expect(waits()).toEqual([1_000]);
    expect(a.calls).toHaveLength(2);
  });

  test("does not wait past the deadline, or up to it", async () => {
    const { send, waits, clock } = setUp(() => [scripted("A", busy(kind, 5_000))], { deadlineMs: 5_000 });
    expect(await send()).toMatchObject({
      status: "failed",
      retryAt: clock.now() + 5_000,
      retryAfterMs: 5_000,
    });
    expect(waits()).toEqual([]);
  });

  test("does not wait if nobody said how long", async () => {
    const { send, waits } = setUp(() => [scripted("A", fail(kind))]);
    const delivery = await send();
    expect(delivery).toMatchObject({ status: "failed", kind });
    expect(delivery).not.toHaveProperty("retryAt");
    expect(waits()).toEqual([]);
  });

  test("waits also if the other one is unable for good", async () => {
    const { send } = setUp(() => [
      scripted("A", busy(kind, 1_000), accept()),
      scripted("B", fail("misconfigured")),
    ]);
    expect(await send()).toMatchObject({
      success: true,
      provider: "A",
      failures: [{ provider: "A" }, { provider: "B" }],
    });
  });

  test("stops waiting when the caller gives up", async () => {
    const { chain, clock, waits } = setUp(() => [scripted("A", busy(kind, 1_000))]);
    const controller = new AbortController();
    const delivery = chain.send(sampleInput(), { signal: controller.signal });
    await clock.advance(500);
    expect(waits()).toEqual([1_000]);
    controller.abort();
    expect(await delivery).toMatchObject({ success: false, status: "failed" });
    expect(clock.pending).toBe(0);
  });
});

describe("limits of our own", () => {
  test("a rate limit is waited for, as often as it takes", async () => {
    const { chain, clock } = setUp((clock) => [
      makeLink(scripted("A"), [rateLimit({ perSecond: 1, clock })], clock),
    ]);
    const began = clock.now();
    const deliveries = Array.from({ length: 4 }, () =>
      chain.send(sampleInput()).then(({ success }) => [success, clock.now() - began]),
    );
    expect(await clock.until(Promise.all(deliveries))).toEqual([
      [true, 0],
      [true, 1_000],
      [true, 2_000],
      [true, 3_000],
    ]);
  });

  test("a daily limit that is used up is not waited for, but said", async () => {
    const { send, waits } = setUp(
      (clock) => [makeLink(scripted("A"), [rateLimit({ perDay: 1, clock })], clock)],
      { deadlineMs: Infinity },
    );
    await send();
    expect(await send()).toMatchObject({ status: "failed", kind: "skipped", retryAfterMs: 86_460_000 });
    expect(waits()).toEqual([]);
  });

  test("a full queue is waited for", async () => {
    const { step, answer } = answerLater();
    const { chain, clock } = setUp((clock) => [
      makeLink(scripted("A", step, accept()), [concurrency({ messages: 1, queue: 0, clock })], clock),
    ]);
    const first = chain.send(sampleInput());
    await clock.advance(0);
    const second = chain.send(sampleInput());
    await clock.advance(10);
    answer({ success: true, provider: "A", messageId: "<x>", accepted: [], rejected: [] });
    expect(await clock.until(first)).toMatchObject({ success: true });
    expect(await clock.until(second)).toMatchObject({ success: true });
  });

  test("an open breaker is not waited for, but the time of its next probe is said", async () => {
    const { send, waits, clock } = setUp((clock) => [
      makeLink(scripted("A", fail("misconfigured")), [breaker({ clock, resetMs: 30_000 })], clock),
    ]);
    await send();
    expect(await send()).toMatchObject({ status: "failed", kind: "skipped", retryAt: clock.now() + 30_000 });
    expect(waits()).toEqual([]);
  });
});

test("the time worth trying again is the earliest of all, and only said if every provider is unable for a while", async () => {
  const steps = [busy("throttled", 90_000), busy("deferred", 70_000)] as const;
  const both = setUp(() => [scripted("A", steps[0]), scripted("B", steps[1])]);
  expect(await both.send()).toMatchObject({ retryAfterMs: 70_000 });
  const other = setUp(() => [scripted("A", steps[0]), scripted("B", fail("refused"))]);
  expect(await other.send()).not.toHaveProperty("retryAt");
});

test("waiting for one recipient does not offer the provider another one that it has refused", async () => {
  const mixed = part({ [ann]: "deferred", [bob]: "refused" });
  const a = scripted(
    "A",
    async (provider, context, message) => {
      const outcome = await mixed(provider, context, message);
      if (!outcome.success) return outcome;
      const later = failure({ provider, kind: "deferred", reason: "later", retryAfterMs: 1_000 });
      const [first, second] = outcome.rejected;
      return {
        ...outcome,
        rejected: [second, first && { ...first, failure: later }].filter((one) => one !== undefined),
      };
    },
    accept(),
  );
  const clock = manualClock();
  await clock.until(createChain([a], { policies: [], clock }).send(sampleInput({ to: [ann, bob] })));
  expect(a.calls).toEqual([[ann, bob], [ann]]);
});

test("a recipient is waited for whatever became of the others, in whichever order they stand", async () => {
  for (const to of [
    [ann, bob],
    [bob, ann],
  ]) {
    const clock = manualClock();
    const a = scripted(
      "A",
      async (provider, context) => {
        await context.handOver();
        const why = {
          [ann]: failure({ provider, kind: "deferred", reason: "later", retryAfterMs: 1_000 }),
          [bob]: failure({ provider, kind: "rejected", reason: "no such user" }),
        };
        return {
          success: true,
          provider,
          messageId: "<x>",
          accepted: [],
          rejected: context.envelope.to.map((address) => ({
            address,
            failure: why[address as keyof typeof why],
          })),
        };
      },
      accept(),
    );
    const delivery = await clock.until(createChain([a], { policies: [], clock }).send(sampleInput({ to })));
    expect(delivery).toMatchObject({ status: "partial", accepted: [ann] });
  }
});
