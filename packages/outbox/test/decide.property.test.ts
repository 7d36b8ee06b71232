import fc from "fast-check";
import { expect, test } from "vitest";
import { unknownPolicies } from "../src/store/message.ts";
import { storable } from "../src/store/trace.ts";
import { batch } from "../src/worker/batching.ts";
import { decide } from "../src/worker/decide.ts";

const lists = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 }).chain((all) =>
  fc.array(fc.integer({ min: 0, max: 3 }), { minLength: all.length, maxLength: all.length }).map((where) => {
    const of = (place: number) => all.filter((_, i) => where[i] === place).map((n) => `r${n}@example.net`);
    return {
      accepted: of(0),
      rejected: of(1).map((address) => ({ address, kind: "rejected", reason: "no" })),
      unknown: of(2),
      pending: of(3),
    };
  }),
);
const circumstances = fc.record({
  now: fc.integer({ min: 1_000, max: 2_000 }),
  expiresAt: fc.integer({ min: 500, max: 4_000 }),
  onUnknown: fc.constantFrom(...unknownPolicies),
  retryAfterMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3_000 })),
});

test("every recipient is in exactly one list, before and after", () => {
  fc.assert(
    fc.property(lists, circumstances, (status, input) => {
      const { accepted, rejected, unknown, pending } = decide(status, input);
      const after = [...accepted, ...rejected.map(({ address }) => address), ...unknown, ...pending].sort();
      const before = [
        ...status.accepted,
        ...status.rejected.map(({ address }) => address),
        ...status.unknown,
        ...status.pending,
      ].sort();
      expect(after).toEqual(before);
    }),
  );
});

test("nobody of whom it is not known is sent to again unless that was chosen, and nobody who has it ever is", () => {
  fc.assert(
    fc.property(lists, circumstances, (status, input) => {
      const { state, pending, accepted, unknown } = decide(status, input);
      expect(pending.filter((one) => status.accepted.includes(one))).toEqual([]);
      if (input.onUnknown !== "resend")
        expect(pending.filter((one) => status.unknown.includes(one))).toEqual([]);
      if (input.onUnknown === "hold" && status.unknown.length > 0) expect(state).toBe("unknown");
      if (state === "unknown") expect(unknown.length).toBeGreaterThan(0);
      if (state === "sent") expect([accepted.length > 0, pending, unknown]).toEqual([true, [], []]);
      if (state === "queued" || state === "deferred") expect(pending.length).toBeGreaterThan(0);
      if (state === "failed" || state === "expired") expect(accepted).toEqual([]);
    }),
  );
});

test("what is deferred is due before it expires", () => {
  fc.assert(
    fc.property(lists, circumstances, (status, input) => {
      const { state, retryAfterMs } = decide(status, input);
      expect(retryAfterMs !== undefined).toBe(state === "deferred");
      if (retryAfterMs !== undefined)
        expect([retryAfterMs > 0, input.now + retryAfterMs < input.expiresAt]).toEqual([true, true]);
    }),
  );
});

test("what is stored has no address, no NUL and no half of a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const kept = storable(`${text} <ann@example.net> 550 bob+x@sub.example.org: no\0\uD800`);
      expect(kept).not.toMatch(/@example|@sub|\0/);
      expect(kept.isWellFormed()).toBe(true);
      expect(storable("x".repeat(499 - (text.length % 2)) + "\u{1F600}".repeat(9)).isWellFormed()).toBe(true);
    }),
  );
});

test("a batch gives each its own answer, writes in order, and never two at once", async () => {
  let writing = 0;
  const written: number[] = [];
  const write = batch<number, number>(
    async (items) => {
      writing += 1;
      expect(writing).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      written.push(...items);
      writing -= 1;
      if (items.includes(50)) throw new Error("fifty");
      return items.map((item) => item * 2);
    },
    { maxItems: 7 },
  );
  const all = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => write(i)));
  expect(written).toEqual(Array.from({ length: 100 }, (_, i) => i));
  const refused = all.flatMap((one, i) => (one.status === "rejected" ? [i] : []));
  expect(refused).toContain(50);
  expect(refused.length).toBeLessThanOrEqual(7);
  all.forEach((one, i) => {
    if (one.status === "fulfilled") expect(one.value).toBe(i * 2);
  });
});

test("one that the database refuses takes no other with it; while it is away all are refused, to be tried again", async () => {
  const refused = Object.assign(new Error("violates a constraint"), { code: "23514" });
  const away = new Error("Connection terminated");
  for (const [error, left] of [
    [refused, [7]],
    [away, Array.from({ length: 20 }, (_, i) => i)],
  ] as const) {
    const write = batch<number, number>(async (items) => {
      if (items.includes(7)) throw error;
      return items;
    });
    const all = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => write(i)));
    expect(all.flatMap((one, i) => (one.status === "rejected" ? [i] : []))).toEqual(left);
  }
});

test("no write begins sooner than the gap after the one before, unless enough wait", async () => {
  const at: number[] = [];
  const write = batch<number, number>(
    async (items) => {
      at.push(performance.now());
      return items;
    },
    { gapMs: 60, enough: 5 },
  );
  await write(0);
  await Promise.all([write(1), write(2)]);
  const [first = 0, second = 0] = at;
  expect(second - first).toBeGreaterThan(50);

  const patient = batch<number, number>(async (items) => items, { gapMs: 600_000, enough: 5 });
  await patient(0);
  expect(await Promise.all([1, 2, 3, 4, 5].map(patient))).toEqual([1, 2, 3, 4, 5]);
});
