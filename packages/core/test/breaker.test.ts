import { describe, expect, test } from "vitest";
import type { BreakerStatus } from "../src/index.ts";
import { type BreakerOptions, breaker } from "../src/policies/circuit-breaker.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, bob, sampleMessage } from "./sample-message.ts";
import { accept, answerLater, fail, part, type Step, scripted } from "./scripted-provider.ts";

function setUp(options: BreakerOptions = {}) {
  const clock = manualClock();
  let step: Step = accept();
  const provider = scripted("A", (...args) => step(...args));
  const lone = loneLink(provider, [breaker({ clock, ...options })], clock);
  return {
    ...lone,
    clock,
    provider,
    status: () => lone.link.status().breaker as BreakerStatus,
    async send(...steps: Step[]) {
      for (const next of steps) {
        step = next;
        await clock.until(lone.send({ message: await sampleMessage({ to: [ann, bob] }) }));
      }
      return lone.attempts.at(-1);
    },
  };
}
const ok = accept();
const bad = fail("transient");

test("rests no longer than it may, whatever a provider asks for", async () => {
  const tenYears = 10 * 365 * 86_400_000;
  for (const [options, ms] of [
    [{}, 86_400_000],
    [{ maxRestMs: 60_000 }, 60_000],
  ] as const) {
    const { send, status, clock, provider } = setUp(options);
    await send(fail("throttled", { retryAfterMs: tenYears }));
    expect(status().restUntil).toBe(clock.now() + ms);
    await clock.advance(ms);
    await send(ok);
    expect(provider.calls).toHaveLength(2);
  }
});

describe("a closed breaker", () => {
  test("opens at exactly the failure rate", async () => {
    const { send, status } = setUp({ failureRate: 0.5, minimumCalls: 4 });
    await send(ok, ok, bad);
    expect(status()).toEqual({ state: "closed" });
    await send(bad);
    expect(status().state).toBe("open");
  });

  test("stays closed just below it", async () => {
    const { send, status } = setUp({ failureRate: 0.6, minimumCalls: 4 });
    await send(ok, ok, bad, bad);
    expect(status().state).toBe("closed");
    await send(bad);
    expect(status().state).toBe("open");
  });

  test.each([
    [1, 3],
    [0.3, 10],
    [0.001, 5],
    [1 / 3, 3],
  ])("opens at a rate of %d of %d calls, whatever the rounding", async (failureRate, minimumCalls) => {
    const { send, status } = setUp({ failureRate, minimumCalls });
    const failures = Math.max(1, Math.round(failureRate * minimumCalls));
    await send(...Array<Step>(minimumCalls - failures).fill(ok), ...Array<Step>(failures - 1).fill(bad));
    expect(status().state).toBe("closed");
    await send(bad);
    expect(status().state).toBe("open");
  });

  test("does not open before the minimum of calls", async () => {
    const { send, status, provider } = setUp({ minimumCalls: 5 });
    await send(bad, bad, bad, bad);
    expect(status().state).toBe("closed");
    await send(bad, bad, bad);
    expect(provider.calls).toHaveLength(5);
  });

  test("opens at once on a misconfigured account", async () => {
    const { send, status, ofType, clock } = setUp({ resetMs: 30_000 });
    await send(ok, ok, ok, ok, ok, ok, ok, ok, fail("misconfigured"));
    expect(status()).toEqual({ state: "open", reopenAt: clock.now() + 30_000 });
    expect(ofType("breaker")).toMatchObject([
      { state: "open", provider: "A", failure: { kind: "misconfigured" }, reopenAt: clock.now() + 30_000 },
    ]);
  });

  test("counts a rejected recipient and a partial receipt as good work", async () => {
    const { send, status } = setUp({ minimumCalls: 4, failureRate: 0.6 });
    await send(fail("rejected"), part({ [ann]: "transient" }), bad, bad);
    expect(status().state).toBe("closed");
  });

  test("counts unknown as a failure", async () => {
    const { send, status } = setUp({ minimumCalls: 2 });
    await send(fail("unknown"), fail("unknown"));
    expect(status().state).toBe("open");
  });

  test.each(["deferred", "refused", "cancelled", "skipped"] as const)(
    "hears nothing in %s, neither good nor bad",
    async (kind) => {
      const alone = setUp({ minimumCalls: 1, failureRate: 0.001 });
      await alone.send(...Array<Step>(20).fill(fail(kind)));
      expect(alone.status().state).toBe("closed");
      const mixed = setUp({ minimumCalls: 2, failureRate: 1 });
      await mixed.send(bad, ...Array<Step>(20).fill(fail(kind)), bad);
      expect(mixed.status().state).toBe("open");
    },
  );

  test("forgets what lies behind its window", async () => {
    const { send, status, clock } = setUp({ minimumCalls: 4, windowMs: 12_000 });
    await send(bad, bad, bad);
    await clock.advance(12_000);
    await send(bad);
    expect(status().state).toBe("closed");
    await clock.advance(6_000);
    await send(bad, bad);
    expect(status().state).toBe("closed");
    await send(bad);
    expect(status().state).toBe("open");
  });
});

describe("an open breaker", () => {
  test("makes no call, says so, and says when it is worth trying", async () => {
    const { send, provider, attempts, clock } = setUp({ minimumCalls: 1, resetMs: 30_000 });
    await send(bad);
    await clock.advance(10_000);
    expect(await send(ok)).toMatchObject({
      kind: "skipped",
      code: "breaker-open",
      reason: "circuit open",
      skipped: true,
      retryAfterMs: 20_000,
      ms: 0,
      n: 2,
    });
    expect(provider.calls).toHaveLength(1);
    expect(attempts).toHaveLength(2);
  });

  test("is not shared by two links of one policy value", async () => {
    const clock = manualClock();
    const policy = breaker({ clock, minimumCalls: 1 });
    const sick = loneLink(scripted("A", bad), [policy], clock);
    const well = loneLink(scripted("B", ok), [policy], clock);
    await clock.until(sick.send());
    expect(await clock.until(well.send())).toMatchObject({ success: true });
  });

  test("is not closed by the late success of a call from before", async () => {
    const clock = manualClock();
    const { step, answer } = answerLater();
    const policy = breaker({ clock, minimumCalls: 1 });
    const { send, ofType } = loneLink(scripted("A", step, bad), [policy], clock);
    const slow = send();
    await clock.advance(0);
    await clock.until(send());
    answer({ success: true, provider: "A", messageId: "<x>", accepted: [], rejected: [] });
    expect(await clock.until(slow)).toMatchObject({ success: true });
    expect(ofType("breaker").map(({ state }) => state)).toEqual(["open"]);
    expect(await clock.until(send())).toMatchObject({ code: "breaker-open" });
  });
});

describe("a provider that is throttling", () => {
  test("rests for as long as it asked, without a failure", async () => {
    const { send, provider, status, clock, ofType } = setUp({ minimumCalls: 1, failureRate: 0.001 });
    await send(fail("throttled", { retryAfterMs: 5_000 }));
    expect(status()).toEqual({ state: "closed", restUntil: clock.now() + 5_000 });
    await clock.advance(1_000);
    expect(await send(ok)).toMatchObject({ kind: "skipped", code: "resting", retryAfterMs: 4_000 });
    expect(provider.calls).toHaveLength(1);
    await clock.advance(4_000);
    expect(await send(ok)).toMatchObject({ success: true });
    expect(ofType("breaker")).toEqual([]);
  });

  test("rests for a second if it did not say how long, and never shorter than it once said", async () => {
    const { send, clock, provider } = setUp();
    await send(fail("throttled"));
    await clock.advance(999);
    await send(ok);
    expect(provider.calls).toHaveLength(1);
    await clock.advance(1);
    await send(ok);
    expect(provider.calls).toHaveLength(2);
  });
});
