import { expect, test } from "vitest";
import { rateLimit } from "../src/policies/rate-limit.ts";
import type { Health, Quota } from "../src/provider/provider.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { accept, scripted } from "./scripted-provider.ts";

/** A link whose provider tells its quota as a test says. */
function setUp(verify: () => Promise<Health>) {
  const clock = manualClock();
  let asked = 0;
  const provider = {
    ...scripted("SES", accept()),
    verify() {
      asked += 1;
      return verify();
    },
  };
  const lone = loneLink(provider, [rateLimit({ fromProvider: true, maxWaitMs: 0, clock })], clock);
  const take = async () => {
    const outcome = await clock.until(lone.send());
    return outcome.success ? "taken" : `${outcome.kind} ${outcome.code} ${outcome.retryAfterMs}`;
  };
  return { ...lone, clock, take, asked: () => asked };
}
const tells = (quota: Quota) => async (): Promise<Health> => ({ provider: "SES", ok: true, quota });
const minutes = 60_000;

test("the provider's own rate holds, and it is asked once, not with every message", async () => {
  const { take, clock, asked } = setUp(tells({ perSecond: 2 }));
  expect([await take(), await take(), await take()]).toEqual(["taken", "taken", "skipped rate-limit 1000"]);
  await clock.advance(1_000);
  expect(await take()).toBe("taken");
  expect(asked()).toBe(1);
});

test("what is left of its day is left until it is asked again, after a quarter of an hour", async () => {
  let sentLastDay = 98;
  const { take, clock, asked } = setUp(async () => ({
    provider: "SES",
    ok: true,
    quota: { perDay: 100, sentLastDay },
  }));
  expect([await take(), await take(), await take()]).toEqual([
    "taken",
    "taken",
    `skipped daily-limit ${15 * minutes}`,
  ]);
  sentLastDay = 99;
  await clock.advance(15 * minutes);
  await take(); // goes by the old quota, and has the new one asked for
  expect([await take(), await take()]).toEqual(["taken", `skipped daily-limit ${15 * minutes}`]);
  expect(asked()).toBe(2);
});

test("a rate that the provider has changed holds from then on", async () => {
  let perSecond = 1;
  const { take, clock } = setUp(async () => ({ provider: "SES", ok: true, quota: { perSecond } }));
  expect([await take(), await take()]).toEqual(["taken", "skipped rate-limit 1000"]);
  perSecond = 3;
  await clock.advance(15 * minutes);
  await take();
  await clock.advance(1_000);
  expect([await take(), await take(), await take(), await take()]).toEqual([
    "taken",
    "taken",
    "taken",
    "skipped rate-limit 1000",
  ]);
});

test("asking again does not forget what was taken within the second", async () => {
  const { take, clock } = setUp(tells({ perSecond: 1 }));
  await take();
  await clock.advance(15 * minutes - 1);
  expect(await take()).toBe("taken");
  await clock.advance(1);
  expect(await take()).toBe("skipped rate-limit 999");
  expect(await take()).toBe("skipped rate-limit 999");
});

test.each<[string, () => Promise<Health>]>([
  [
    "throws",
    () => {
      throw new Error("boom");
    },
  ],
  ["rejects", () => Promise.reject(new Error("boom"))],
  ["answers nothing", () => Promise.resolve(undefined as unknown as Health)],
  ["does not give a promise", () => undefined as unknown as Promise<Health>],
  ["tells no quota", async () => ({ provider: "SES", ok: true })],
])("a provider whose verify %s has no limit, and is asked again in a minute", async (_how, verify) => {
  const { take, clock, asked } = setUp(verify);
  expect([await take(), await take()]).toEqual(["taken", "taken"]);
  expect(asked()).toBe(1);
  await clock.advance(minutes);
  await take();
  await take();
  expect(asked()).toBe(2);
});

test("a provider whose verify never answers holds the first message up for 5 s, and no other", async () => {
  const { send, clock } = setUp(() => new Promise(() => undefined));
  const began = clock.now();
  expect(await clock.until(send())).toMatchObject({ success: true });
  expect(clock.now() - began).toBe(5_000);
  expect(await clock.until(send())).toMatchObject({ success: true });
  expect(clock.now() - began).toBe(5_000);
});

test("an abort while the quota is asked for ends the waiting", async () => {
  const { send, clock } = setUp(() => new Promise(() => undefined));
  const controller = new AbortController();
  const outcome = send({ signal: controller.signal });
  await clock.advance(10);
  controller.abort();
  expect(await outcome).toMatchObject({ kind: "cancelled" });
  expect(clock.pending).toBe(0);
});
