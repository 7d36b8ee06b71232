import { expect, test } from "vitest";
import { failure, receipt } from "../src/failure/outcome.ts";
import type { BreakerStatus } from "../src/index.ts";
import { type BreakerOptions, breaker } from "../src/policies/circuit-breaker.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { ann } from "./sample-message.ts";
import { accept, answerLater, fail, hang, type Step, scripted } from "./scripted-provider.ts";

const ok = accept();
const bad = fail("transient");
const taken = receipt({ provider: "A", messageId: "<x>", accepted: [ann] });

/** A breaker that has just opened, and the steps that its provider takes from now on. */
async function opened(options: BreakerOptions, ...steps: Step[]) {
  const clock = manualClock();
  const provider = scripted("A", bad, ...steps);
  const lone = loneLink(provider, [breaker({ clock, minimumCalls: 1, resetMs: 1_000, ...options })], clock);
  await clock.until(lone.send());
  const status = () => lone.link.status().breaker as BreakerStatus;
  expect(status().state).toBe("open");
  return { ...lone, clock, provider, status, states: () => lone.ofType("breaker").map(({ state }) => state) };
}

test("when its time has come one probe goes, and a success closes it with a clean window", async () => {
  const { send, clock, provider, status, states } = await opened(
    { minimumCalls: 1, failureRate: 0.6 },
    ok,
    bad,
  );
  await clock.advance(999);
  await clock.until(send());
  expect(provider.calls).toHaveLength(1);
  await clock.advance(1);
  await clock.until(send());
  expect(provider.calls).toHaveLength(2);
  expect(status()).toEqual({ state: "closed" });
  expect(states()).toEqual(["open", "half-open", "closed"]);
  await clock.until(send());
  expect(status().state).toBe("open"); // 1 of 1: the failure before it opened is forgotten, and so is the probe
});

test("of 100 calls at once one is the probe, and the others are held back", async () => {
  const later = answerLater();
  const { send, clock, provider, attempts } = await opened({}, later.step);
  await clock.advance(1_000);
  const all = Array.from({ length: 100 }, () => send());
  await clock.advance(0);
  expect(provider.calls).toHaveLength(2);
  expect(attempts.filter(({ reason }) => reason === "circuit half-open: a probe is under way")).toHaveLength(
    99,
  );
  later.answer(taken);
  const outcomes = await clock.until(Promise.all(all));
  expect(outcomes.filter(({ success }) => success)).toHaveLength(1);
});

test("a failed probe opens it again for twice as long, up to the longest, and a success resets that", async () => {
  const { send, clock, status } = await opened({ maxResetMs: 3_000 }, bad, bad, bad, ok, bad);
  const wait = async (): Promise<number> => {
    const ms = (status().reopenAt ?? 0) - clock.now();
    await clock.advance(ms);
    await clock.until(send());
    return ms;
  };
  expect([await wait(), await wait(), await wait(), await wait()]).toEqual([1_000, 2_000, 3_000, 3_000]);
  expect(status().state).toBe("closed");
  await clock.until(send());
  expect(await wait()).toBe(1_000);
});

test("a misconfigured probe opens it again", async () => {
  const { send, clock, states } = await opened({}, fail("misconfigured"));
  await clock.advance(1_000);
  await clock.until(send());
  expect(states()).toEqual(["open", "half-open", "open"]);
});

test("a rejected recipient on the probe closes it: the provider did its work", async () => {
  const { send, clock, status } = await opened({}, fail("rejected"));
  await clock.advance(1_000);
  await clock.until(send());
  expect(status().state).toBe("closed");
});

test.each(["deferred", "refused", "cancelled", "skipped"] as const)(
  "a probe that ends %s teaches nothing: the next call probes at once",
  async (kind) => {
    const { send, clock, status, provider } = await opened({}, fail(kind), fail(kind), ok);
    await clock.advance(1_000);
    await clock.until(send());
    expect(status().state).toBe("half-open");
    await clock.until(send());
    expect(status().state).toBe("half-open");
    await clock.until(send());
    expect(status().state).toBe("closed");
    expect(provider.calls).toHaveLength(4);
  },
);

test("a throttled probe rests, and then the next one goes", async () => {
  const { send, clock, status, provider } = await opened({}, fail("throttled", { retryAfterMs: 500 }), ok);
  await clock.advance(1_000);
  await clock.until(send());
  expect(status().state).toBe("half-open");
  await clock.until(send());
  expect(provider.calls).toHaveLength(2);
  await clock.advance(500);
  await clock.until(send());
  expect(status().state).toBe("closed");
});

test("late outcomes of calls from before it opened neither close nor reopen it while a probe is under way", async () => {
  const late = (kind: "transient" | "misconfigured") => failure({ provider: "A", kind, reason: "x" });
  for (const old of [taken, late("transient"), late("misconfigured")]) {
    const [slow, probe] = [answerLater(), answerLater()];
    const clock = manualClock();
    const provider = scripted("A", slow.step, bad, probe.step);
    const lone = loneLink(provider, [breaker({ clock, minimumCalls: 1, resetMs: 1_000 })], clock);
    const first = lone.send();
    await clock.advance(0);
    await clock.until(lone.send());
    await clock.advance(1_000);
    const second = lone.send();
    await clock.advance(0);
    slow.answer(old);
    await clock.until(first);
    expect(lone.link.status()).toMatchObject({ breaker: { state: "half-open" } });
    probe.answer(taken);
    await clock.until(second);
    expect(lone.link.status()).toMatchObject({ breaker: { state: "closed" } });
  }
});

test("a probe that never settles does not hold the door shut for good", async () => {
  const { send, clock, provider, status } = await opened({}, hang(), ok);
  await clock.advance(1_000);
  void send();
  await clock.advance(59_999);
  await clock.until(send());
  expect(provider.calls).toHaveLength(2);
  await clock.advance(1);
  await clock.until(send());
  expect(provider.calls).toHaveLength(3);
  expect(status().state).toBe("closed");
});

test("closing the link leaves no timer of its own", async () => {
  const { link, clock } = await opened({});
  await link.close?.();
  await link.close?.();
  expect(clock.pending).toBe(0);
});
