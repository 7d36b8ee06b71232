import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { makeLink } from "../src/chain/link.ts";
import { type RateLimitOptions, rateLimit } from "../src/policies/rate-limit.ts";
import { timeout } from "../src/policies/timeout.ts";
import type { Provider } from "../src/provider/provider.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { sampleInput, sampleMessage } from "./sample-message.ts";
import { accept, fail, scripted } from "./scripted-provider.ts";

function setUp(options: RateLimitOptions, provider: Provider = scripted("A", accept())) {
  const clock = manualClock();
  const lone = loneLink(provider, [rateLimit({ clock, ...options })], clock);
  const take = async () => {
    const outcome = await clock.until(lone.send());
    return outcome.success ? "taken" : `${outcome.kind} ${outcome.code} ${outcome.retryAfterMs}`;
  };
  return { ...lone, clock, take };
}

describe("a limit per second", () => {
  test("lets so many through within any second, and says when there is room", async () => {
    const { take, clock, attempts } = setUp({ perSecond: 2, maxWaitMs: 0 });
    await take();
    await clock.advance(600);
    await take();
    expect(await take()).toBe("skipped rate-limit 400");
    expect(attempts.at(-1)).toMatchObject({ skipped: true, reason: "own limit of 2 a second" });
    await clock.advance(400);
    expect(await take()).toBe("taken");
    expect(await take()).toBe("skipped rate-limit 600");
  });

  test.each([
    [0.5, 2_000],
    [1, 1_000],
    [1.5, 1_000],
    [2.5, 1_000],
  ])("of %d never lets more than that through within a second", async (perSecond, windowMs) => {
    const { take, clock } = setUp({ perSecond, maxWaitMs: 0 });
    const times: number[] = [];
    for (let ms = 0; ms < 10_000; ms += 50) {
      while ((await take()) === "taken") times.push(clock.now());
      await clock.advance(50);
    }
    for (const at of times) {
      const within = times.filter((other) => other > at - windowMs && other <= at).length;
      expect(within).toBeLessThanOrEqual(Math.max(1, perSecond));
    }
    expect(times.length).toBeGreaterThanOrEqual(
      Math.floor(Math.min(perSecond, Math.max(0.5, Math.floor(perSecond))) * 10),
    );
  });

  test("makes a message wait its turn for as long as it may, in order", async () => {
    const { send, clock } = setUp({ perSecond: 1, maxWaitMs: 2_000 });
    const done: string[] = [];
    const began = clock.now();
    for (const name of ["a", "b", "c", "d"]) {
      void send().then((outcome) => done.push(`${name} ${outcome.success} ${clock.now() - began}`));
      await clock.advance(0);
    }
    await clock.advance(10_000);
    expect(done.sort()).toEqual(["a true 0", "b true 1000", "c true 2000", "d false 0"]);
  });

  test("is a queue by default: one attempt a message, in order, at the rate", async () => {
    const clock = manualClock();
    const [taken, times]: [string[], number[]] = [[], []];
    const a = scripted("A", async (id, context, message) => {
      taken.push(message.subject);
      times.push(clock.now());
      return accept()(id, context, message);
    });
    const chain = createChain([makeLink(a, [rateLimit({ perSecond: 20, clock })], clock)], {
      policies: [],
      clock,
    });
    const subjects = Array.from({ length: 120 }, (_, i) => `mail ${i}`);
    const sends = subjects.map((subject) => chain.send(sampleInput({ subject })));
    const deliveries = await clock.until(Promise.all(sends));
    expect(taken).toEqual(subjects);
    expect(deliveries.flatMap(({ attempts }) => attempts)).toHaveLength(120);
    expect(deliveries.every(({ success }) => success)).toBe(true);
    expect((times.at(-1) as number) - (times[0] as number)).toBe(5_000);
    expect(clock.pending).toBe(0);
  });

  test("leaves those whose turn would come too late to the next provider, at once", async () => {
    const clock = manualClock();
    const b = scripted("B", accept());
    const chain = createChain(
      [makeLink(scripted("A", accept()), [rateLimit({ perSecond: 10, clock })], clock), b],
      {
        policies: [],
        clock,
        deadlineMs: 3_000,
      },
    );
    const began = clock.now();
    const sends = Array.from({ length: 50 }, () => chain.send(sampleInput()));
    await clock.advance(0);
    expect(b.calls).toHaveLength(20);
    const deliveries = await clock.until(Promise.all(sends));
    expect(deliveries.every(({ success }) => success)).toBe(true);
    expect(clock.now() - began).toBeLessThan(3_000);
  });

  test("holds at any moment, in order, whoever gives up and however much each counts", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(
          fc.record({
            afterMs: fc.constantFrom(0, 0, 1, 130, 700),
            weight: fc.integer({ min: 1, max: 4 }),
            givesUpAfterMs: fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: undefined }),
          }),
          { maxLength: 25 },
        ),
        async (perSecond, comers) => {
          const clock = manualClock();
          const served: { at: number; weight: number; i: number }[] = [];
          const provider = scripted("A", async (id, context, message) => {
            served.push({ at: clock.now(), weight: context.envelope.to.length, i: Number(message.subject) });
            return accept()(id, context, message);
          });
          const { send } = loneLink(provider, [rateLimit({ perSecond, count: "recipients", clock })], clock);
          const sends: Promise<unknown>[] = [];
          for (const [i, { afterMs, weight, givesUpAfterMs }] of comers.entries()) {
            await clock.advance(afterMs);
            const controller = new AbortController();
            if (givesUpAfterMs !== undefined) clock.after(givesUpAfterMs, () => controller.abort());
            const to = Array.from({ length: weight }, (_, n) => `r${n}@example.org`);
            const message = await sampleMessage({ to, subject: String(i) });
            sends.push(send({ message, signal: controller.signal }));
          }
          await clock.until(Promise.all(sends));
          const order = served.map(({ i }) => i);
          expect(order).toEqual([...order].sort((one, other) => one - other));
          for (const { at, i } of served) {
            const within = served.filter((one) => one.at <= at && one.at > at - 1_000);
            const sum = within.reduce((all, one) => all + one.weight, 0);
            expect(sum <= perSecond || within.length === 1 || i < 0).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    ));

  test("lets one who gives up out of the line", async () => {
    const { send, clock } = setUp({ perSecond: 1, maxWaitMs: 5_000 });
    await clock.until(send());
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = send({ signal: first.signal });
    const behind = send({ signal: second.signal });
    await clock.advance(100);
    second.abort();
    expect(await behind).toMatchObject({ kind: "cancelled", reason: "given up while waiting for its turn" });
    first.abort();
    expect(await waiting).toMatchObject({ kind: "cancelled" });
    expect(clock.pending).toBe(0);
  });
});

describe("a limit per day", () => {
  test("that is used up is out until it resets, and not an outage", async () => {
    const { take, clock, link } = setUp({ perDay: 2 });
    await take();
    await take();
    expect(await take()).toBe(`skipped daily-limit ${24 * 3_600_000 + 60_000}`);
    expect(link.status()).toEqual({
      rateLimit: { limits: [{ limit: "own limit of 2 a day", per: "day", most: 2, used: 2 }] },
    });
    await clock.advance(24 * 3_600_000 + 60_000);
    expect(await take()).toBe("taken");
  });

  test("counts recipients where it is told to", async () => {
    const { send, clock } = setUp({ perDay: 3, count: "recipients" });
    const three = await sampleMessage({ to: "a@b.org, b@b.org, c@b.org" });
    await clock.until(send({ message: three }));
    expect(await clock.until(send())).toMatchObject({ code: "daily-limit" });
  });
});

describe("what was not used is given back", () => {
  test.each(["skipped", "cancelled"] as const)("after %s", async (kind) => {
    const { send, clock } = setUp({ perDay: 1 }, scripted("A", fail(kind), accept()));
    await clock.until(send());
    expect(await clock.until(send())).toMatchObject({ success: true });
  });

  test.each(["transient", "unknown", "refused", "throttled"] as const)(
    "but not after %s: the provider was asked",
    async (kind) => {
      const { send, clock } = setUp({ perDay: 1 }, scripted("A", fail(kind), accept()));
      await clock.until(send());
      expect(await clock.until(send())).toMatchObject({ kind: "skipped", code: "daily-limit" });
    },
  );
});

test("two links from one policy value do not share a bucket", async () => {
  const clock = manualClock();
  const policy = rateLimit({ perDay: 1, clock });
  for (const id of ["A", "B"]) {
    expect(await clock.until(loneLink(scripted(id), [policy], clock).send())).toMatchObject({
      success: true,
    });
  }
});

test("within a timeout, waiting for its turn counts", async () => {
  const clock = manualClock();
  const policies = [timeout({ ms: 100, clock }), rateLimit({ perSecond: 1, maxWaitMs: 5_000, clock })];
  const { send } = loneLink(scripted("A"), policies, clock);
  await clock.until(send());
  expect(await clock.until(send())).toMatchObject({ kind: "transient", code: "timeout" });
});
