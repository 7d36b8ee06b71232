import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { makeLink } from "../src/chain/link.ts";
import type { RelaisEvent } from "../src/events/event.ts";
import { failure } from "../src/failure/outcome.ts";
import { breaker } from "../src/policies/circuit-breaker.ts";
import { rateLimit } from "../src/policies/rate-limit.ts";
import { retry } from "../src/policies/retry.ts";
import { timeout } from "../src/policies/timeout.ts";
import { sleep, systemClock } from "../src/runtime/clock.ts";
import { manualClock } from "./manual-clock.ts";
import { sampleInput } from "./sample-message.ts";
import { accept, type Step, scripted } from "./scripted-provider.ts";

const hour = 3_600_000;
/** Steps of the machine's clock, both ways: NTP at boot, a clock set back, a machine that was asleep. */
const step = fc.record({
  atMs: fc.integer({ min: 0, max: 4_000 }),
  byMs: fc.oneof(
    fc.integer({ min: -2_000, max: 2_000 }),
    fc.constantFrom(-24 * hour, -hour, hour, 24 * hour, 365 * 24 * hour),
  ),
});

const plan = fc.record({
  steps: fc.array(step, { maxLength: 4 }),
  answers: fc.array(
    fc.record({
      kind: fc.constantFrom(
        "accept" as const,
        "transient" as const,
        "throttled" as const,
        "deferred" as const,
      ),
      afterMs: fc.constantFrom(0, 50, 300, 5_000),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

/** Three sends with a pause between them, and all that is told of them: first without steps, then with them. */
async function run({ steps, answers }: Plan, isStepped: boolean) {
  const clock = manualClock();
  const began = clock.now();
  const events: { readonly event: RelaisEvent; readonly nowMs: number; readonly wallMs: number }[] = [];
  const wall = (): number => clock.wallNow?.() ?? clock.now();
  let calls = 0;
  const scriptedStep: Step = async (provider, context, message) => {
    const { kind, afterMs, retryAfterMs } = answers[calls++ % answers.length] as Plan["answers"][number];
    await new Promise<void>((resolve) => clock.after(afterMs, resolve));
    if (kind === "accept") return accept()(provider, context, message);
    return failure({ provider, kind, reason: kind, retryAfterMs });
  };
  const policies = [
    retry({ baseMs: 100, random: () => 0.5, clock }),
    breaker({ minimumCalls: 3, resetMs: 1_000, clock }),
    rateLimit({ perSecond: 2, clock }),
    timeout({ ms: 1_000, clock }),
  ];
  const chain = createChain([makeLink(scripted("A", scriptedStep), policies, clock)], {
    policies: [],
    clock,
    deadlineMs: 10_000,
    observers: [(event) => void events.push({ event, nowMs: clock.now() - began, wallMs: wall() })],
  });
  if (isStepped) for (const { atMs, byMs } of steps) clock.after(atMs, () => clock.step(byMs));
  const deliveries = [];
  for (let i = 0; i < 3; i++) {
    const delivery = await clock.until(chain.send(sampleInput()));
    deliveries.push({ delivery, endedMs: clock.now() - began, wallMs: wall() });
    await clock.advance(500);
  }
  return { deliveries, events, status: chain.links[0]?.status(), wallMs: wall() };
}

describe("the machine's clock is set while mail is sent", { timeout: 60_000 }, () => {
  test("no duration, no wait and no outcome changes by it", () =>
    fc.assert(
      fc.asyncProperty(plan, async (made) => {
        const [still, stepped] = [await run(made, false), await run(made, true)];
        const durations = ({ deliveries, events }: typeof still) => ({
          ends: deliveries.map(({ endedMs }) => endedMs),
          outcomes: deliveries.map(({ delivery }) => [
            delivery.success,
            delivery.success ? undefined : delivery.retryAfterMs,
            delivery.attempts.map(({ kind, ms, code, retryAfterMs }) => [kind, ms, code, retryAfterMs]),
          ]),
          events: events.map(({ event, nowMs }) => [
            event.type,
            nowMs,
            "delayMs" in event ? event.delayMs : undefined,
            "ms" in event ? event.ms : undefined,
          ]),
        });
        expect(durations(stepped)).toEqual(durations(still));
      }),
      { numRuns: 300 },
    ));

  test("stamps are those of the machine's clock, and what is due lies as far ahead as it is to wait", () =>
    fc.assert(
      fc.asyncProperty(plan, async (made) => {
        const { deliveries, events, status, wallMs } = await run(made, true);
        for (const { event, wallMs: at } of events) {
          if (event.type !== "attempt-start" && event.type !== "delivery-start") expect(event.at).toBe(at);
          if (event.type === "breaker" && event.reopenAt !== undefined)
            expect(event.reopenAt - event.at).toBeLessThanOrEqual(300_000);
        }
        for (const { delivery, wallMs: at } of deliveries) {
          if (delivery.success || delivery.retryAt === undefined) continue;
          expect(delivery.retryAt - at).toBe(delivery.retryAfterMs);
        }
        const { reopenAt = wallMs, restUntil = wallMs } = (status?.breaker ?? {}) as {
          reopenAt?: number;
          restUntil?: number;
        };
        for (const at of [reopenAt, restUntil]) expect(Math.abs(at - wallMs)).toBeLessThan(310_000);
      }),
      { numRuns: 300 },
    ));
});

describe("the machine's own clock", () => {
  afterEach(() => void vi.restoreAllMocks());

  test("stamps follow it when it is set, the Date of a message and durations too", async () => {
    const real = Date.now;
    let offset = 0;
    vi.spyOn(Date, "now").mockImplementation(() => real() + offset);
    let date: Date | undefined;
    const provider = scripted("A", async (id, context, message) => {
      date = new Date(message.date);
      offset -= 2 * hour;
      return accept()(id, context, message);
    });
    const chain = createChain([provider], { policies: [] });
    offset = 3 * hour;
    const delivery = await chain.send(sampleInput());
    expect(Math.abs((date?.getTime() ?? 0) - (real() + 3 * hour))).toBeLessThan(5_000);
    expect(Math.abs(Date.parse(delivery.attempts[0]?.at ?? "") - (real() + 3 * hour))).toBeLessThan(5_000);
    expect(delivery.attempts[0]?.ms).toBeGreaterThanOrEqual(0);
    expect(delivery.attempts[0]?.ms).toBeLessThan(5_000);
  });

  test("one wait is one wait: it is never over a fraction of a millisecond too early", async () => {
    for (const delayMs of [0.2, 1.7, 3, 9.999, 20.5]) {
      const began = systemClock.now();
      await sleep(systemClock, delayMs);
      expect(systemClock.now() - began).toBeGreaterThanOrEqual(delayMs);
    }
    let calls = 0;
    const waits: number[] = [];
    const busy: Step = async (...args) =>
      calls++ % 2 === 0
        ? failure({ provider: "A", kind: "throttled", reason: "busy", retryAfterMs: 7 })
        : accept()(...args);
    const chain = createChain([scripted("A", busy)], {
      policies: [],
      observers: [(event) => void (event.type === "wait" && waits.push(event.delayMs))],
    });
    for (let i = 0; i < 20; i++) expect((await chain.send(sampleInput())).success).toBe(true);
    expect(waits).toHaveLength(20);
    expect(waits.every((ms) => Number.isInteger(ms) && ms <= 7)).toBe(true);
  });
});
