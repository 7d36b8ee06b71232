import { describe, expect, test } from "vitest";
import { receipt } from "../src/failure/outcome.ts";
import { breaker } from "../src/policies/circuit-breaker.ts";
import { type RetryOptions, retry } from "../src/policies/retry.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { accept, fail, type Step, scripted } from "./scripted-provider.ts";

function setUp(steps: readonly Step[], options: RetryOptions = {}) {
  const clock = manualClock();
  const provider = scripted("A", ...steps);
  const lone = loneLink(provider, [retry({ clock, random: () => 0.5, ...options })], clock);
  return { ...lone, clock, provider };
}
const transient = (retryAfterMs?: number) => fail("transient", { retryAfterMs });

test("a transient failure is tried again, as often as allowed and no more", async () => {
  const { send, clock, provider, attempts } = setUp([transient()], { attempts: 4 });
  expect(await clock.until(send())).toMatchObject({ kind: "transient" });
  expect(provider.calls).toHaveLength(4);
  expect(attempts.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
});

test("attempts: 1 means no second try", async () => {
  const { send, clock, provider, events } = setUp([transient()], { attempts: 1 });
  await clock.until(send());
  expect(provider.calls).toHaveLength(1);
  expect(events.filter(({ type }) => type.startsWith("retry"))).toEqual([]);
});

test("the waits grow, with jitter, up to the cap, and are told beforehand", async () => {
  const { send, clock, ofType } = setUp([transient()], { attempts: 5, baseMs: 100, capMs: 300 });
  await clock.until(send());
  expect(ofType("retry").map(({ delayMs, next }) => [delayMs, next])).toEqual([
    [50, 2],
    [100, 3],
    [150, 4],
    [150, 5],
  ]);
});

test("the second try comes when the wait is over, not a millisecond before", async () => {
  const { send, clock, provider } = setUp([transient(), accept()], { baseMs: 100 });
  const outcome = send();
  await clock.advance(49);
  expect(provider.calls).toHaveLength(1);
  await clock.advance(1);
  expect(await outcome).toMatchObject({ success: true });
});

test("the far end's own wait is never shortened", async () => {
  const { send, clock, ofType } = setUp([transient(5_000), transient(3_000), accept()], { capMs: 5_000 });
  expect(await clock.until(send())).toMatchObject({ success: true });
  expect(ofType("retry").map(({ delayMs }) => delayMs)).toEqual([5_000, 3_000]);
});

test("a wait over the cap is left to the next provider", async () => {
  const { send, clock, provider, ofType } = setUp([transient(5_001)], { capMs: 5_000 });
  expect(await clock.until(send())).toMatchObject({ retryAfterMs: 5_001 });
  expect(provider.calls).toHaveLength(1);
  expect(ofType("retry-suppressed")).toMatchObject([
    { why: "wait-too-long", failure: { retryAfterMs: 5_001 } },
  ]);
});

test("no wait goes past the deadline, or up to it", async () => {
  const { send, clock, provider, ofType } = setUp([transient()], { baseMs: 200 });
  await clock.until(send({ deadlineAt: clock.now() + 100 }));
  expect(provider.calls).toHaveLength(1);
  expect(ofType("retry-suppressed")).toMatchObject([{ why: "deadline" }]);
  await clock.until(send({ deadlineAt: clock.now() + 101 }));
  expect(provider.calls).toHaveLength(3);
});

describe("the budget", () => {
  test("makes a total outage cost about one call a message", async () => {
    const { send, clock, provider, ofType, link } = setUp([transient()], { budget: 10 });
    for (let i = 0; i < 100; i++) await clock.until(send());
    expect(provider.calls).toHaveLength(110);
    expect(ofType("retry-suppressed").every(({ why }) => why === "budget")).toBe(true);
    expect(link.status()).toEqual({ retry: { budget: 0 } });
  });

  test("is not used up by sends that are given up while they wait", async () => {
    const { send, clock, link, provider } = setUp([transient()], { budget: 2, baseMs: 1_000 });
    for (let i = 0; i < 10; i++) {
      const controller = new AbortController();
      const outcome = send({ signal: controller.signal });
      await clock.advance(1);
      controller.abort();
      await clock.until(outcome);
    }
    expect(link.status()).toEqual({ retry: { budget: 2 } });
    expect(provider.calls).toHaveLength(10);
  });

  test("bounds those who wait at the same time, too", async () => {
    const { send, clock, provider } = setUp([transient()], { budget: 2 });
    await clock.until(Promise.all(Array.from({ length: 10 }, () => send())));
    expect(provider.calls).toHaveLength(12);
  });

  test("is refilled by successes, and a retry that was worth it is put back", async () => {
    const steps = [transient(), transient(), transient(), accept(), transient(), accept()];
    const { send, clock, link } = setUp(steps, { budget: 2, refill: 0.5 });
    await clock.until(send());
    expect(link.status()).toEqual({ retry: { budget: 0 } });
    await clock.until(send());
    expect(link.status()).toEqual({ retry: { budget: 0.5 } });
  });

  test("is not shared by two links of one policy value", async () => {
    const clock = manualClock();
    const policy = retry({ clock, budget: 1, attempts: 2 });
    const one = loneLink(scripted("A", transient()), [policy], clock);
    const other = loneLink(scripted("B", transient()), [policy], clock);
    await clock.until(one.send());
    expect([one.link.status(), other.link.status()]).toEqual([
      { retry: { budget: 0 } },
      { retry: { budget: 1 } },
    ]);
  });
});

test.each([
  "throttled",
  "deferred",
  "misconfigured",
  "refused",
  "rejected",
  "unknown",
  "cancelled",
  "skipped",
] as const)("%s is not tried again here", async (kind) => {
  const { send, clock, provider } = setUp([fail(kind)]);
  expect(await clock.until(send())).toMatchObject({ kind });
  expect(provider.calls).toHaveLength(1);
});

test("a transient failure that says retryable: false is not tried again", async () => {
  const { send, clock, provider } = setUp([fail("transient", { retryable: false })]);
  await clock.until(send());
  expect(provider.calls).toHaveLength(1);
});

test("an abort while waiting ends it at once, with the failure that there was", async () => {
  const { send, clock, provider } = setUp([transient()], { baseMs: 1_000 });
  const controller = new AbortController();
  const outcome = send({ signal: controller.signal });
  await clock.advance(100);
  controller.abort();
  expect(await outcome).toMatchObject({ kind: "transient" });
  expect(provider.calls).toHaveLength(1);
  expect(clock.pending).toBe(0);
});

test.each([[0], [1]])(
  "an abort during a successful attempt, after %d failures, keeps the success",
  async (failures) => {
    const controller = new AbortController();
    const late: Step = async (provider, context) => {
      await context.handOver();
      controller.abort();
      return receipt({ provider, messageId: "<x>", accepted: context.envelope.to });
    };
    const { send, clock } = setUp([...Array<Step>(failures).fill(transient()), late]);
    expect(await clock.until(send({ signal: controller.signal }))).toMatchObject({ success: true });
  },
);

test("held back by the breaker, it answers with what the provider itself said last", async () => {
  const clock = manualClock();
  const provider = scripted("A", transient());
  const policies = [retry({ clock, attempts: 5 }), breaker({ clock, minimumCalls: 2 })];
  const { send, attempts } = loneLink(provider, policies, clock);
  expect(await clock.until(send())).toMatchObject({ kind: "transient" });
  expect(provider.calls).toHaveLength(2);
  expect(attempts.map(({ skipped, code }) => [skipped, code])).toEqual([
    [false, undefined],
    [false, undefined],
    [true, "breaker-open"],
  ]);
  expect(await clock.until(send())).toMatchObject({ kind: "skipped", code: "breaker-open" });
});
