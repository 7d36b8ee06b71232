import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FailureKind } from "../src/failure/kinds.ts";
import { failure, receipt } from "../src/failure/outcome.ts";
import type { Policy } from "../src/policies/policy.ts";
import { type RetryOptions, retry } from "../src/policies/retry.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, bob, cyd, sampleMessage } from "./sample-message.ts";
import { accept, fail, part, type Step, scripted } from "./scripted-provider.ts";

function setUp(steps: readonly Step[], options: RetryOptions = {}) {
  const clock = manualClock();
  const provider = scripted("A", ...steps);
  const lone = loneLink(provider, [retry({ clock, random: () => 0.5, ...options })], clock);
  return { ...lone, clock, provider };
}

describe("where recipients were answered differently", () => {
  const of = (to: string[]) => sampleMessage({ to });
  const own = (address: string, kind: FailureKind, retryable?: false) => ({
    address,
    failure: failure({ provider: "A", kind, reason: `${kind} for ${address}`, retryable }),
  });

  test("those who may be asked again are, and the others are not", async () => {
    const steps = [
      fail("transient", {
        rejected: [own(ann, "rejected"), own(bob, "transient"), own(cyd, "transient", false)],
      }),
      accept(),
    ];
    const { send, clock, provider } = setUp(steps);
    expect(await clock.until(send({ message: await of([ann, bob, cyd]) }))).toMatchObject({
      success: true,
      accepted: [bob],
      rejected: [own(ann, "rejected"), own(cyd, "transient", false)],
    });
    expect(provider.calls).toEqual([[ann, bob, cyd], [bob]]);
  });

  test("a whole failure that says retryable: false is about the provider", async () => {
    const { send, clock, provider } = setUp([
      fail("transient", { retryable: false, rejected: [own(ann, "transient"), own(bob, "rejected")] }),
    ]);
    await clock.until(send({ message: await of([ann, bob]) }));
    expect(provider.calls).toHaveLength(1);
  });

  test("a receipt that put some off is followed by tries for these, within attempts and budget", async () => {
    const { send, clock, provider, link } = setUp([part({ [ann]: "transient" })], { attempts: 2, budget: 5 });
    const outcome = await clock.until(send({ message: await of([ann, bob]) }));
    expect(outcome).toMatchObject({
      success: true,
      accepted: [bob],
      rejected: [{ address: ann, failure: { kind: "transient" } }],
    });
    // The first reached Bob, and is no vain one; then two that reach nobody.
    expect(provider.calls).toEqual([[ann, bob], [ann], [ann]]);
    expect(link.status()).toEqual({ retry: { budget: 3 } });
  });

  test.each(["refused", "deferred", "throttled", "rejected", "unknown"] as const)(
    "a receipt that is %s for some is not",
    async (kind) => {
      const { send, clock, provider } = setUp([part({ [ann]: kind })]);
      const outcome = await clock.until(send({ message: await of([ann, bob]) }));
      expect(outcome).toMatchObject({ accepted: [bob], rejected: [{ failure: { kind } }] });
      expect(provider.calls).toHaveLength(1);
    },
  );

  test("what is lost on a second try is unknown for those of that try", async () => {
    const { send, clock } = setUp([part({ [ann]: "transient" }), fail("unknown")]);
    expect(await clock.until(send({ message: await of([ann, bob]) }))).toMatchObject({
      success: true,
      messageId: "<taken-by-A>",
      accepted: [bob],
      rejected: [{ address: ann, failure: { kind: "unknown" } }],
    });
  });

  test("held back on the second try, they keep what the provider said of them", async () => {
    const clock = manualClock();
    const provider = scripted("A", part({ [ann]: "transient" }), fail("misconfigured"));
    const second: Policy = (next) => {
      let n = 0;
      return async (message, context) =>
        ++n === 1
          ? next(message, context)
          : failure({ provider: "A", kind: "skipped", code: "queue-full", reason: "full" });
    };
    const { send } = loneLink(provider, [retry({ clock }), second], clock);
    expect(await clock.until(send({ message: await of([ann, bob]) }))).toMatchObject({
      accepted: [bob],
      rejected: [{ address: ann, failure: { kind: "transient" } }],
    });
  });

  test("the wait is the longest that was asked for", async () => {
    const waits: Record<string, number> = { [ann]: 100, [bob]: 700 };
    const step: Step = async (provider, context) => {
      await context.handOver();
      const rejected = [ann, bob].map((address) => ({
        address,
        failure: failure({ provider, kind: "transient", reason: "later", retryAfterMs: waits[address] }),
      }));
      return receipt({ provider, messageId: "<x>", accepted: [cyd], rejected });
    };
    const { send, clock, ofType } = setUp([step, accept()]);
    expect(await clock.until(send({ message: await of([ann, bob, cyd]) }))).toMatchObject({
      accepted: [ann, bob, cyd],
      rejected: [],
    });
    expect(ofType("retry").map(({ delayMs }) => delayMs)).toEqual([700]);
  });

  test("attempts: 1 means no second try here, too", async () => {
    const { send, clock, provider } = setUp([part({ [ann]: "transient" })], { attempts: 1 });
    await clock.until(send({ message: await of([ann, bob]) }));
    expect(provider.calls).toHaveLength(1);
  });

  test("a policy that claims progress and makes none comes to an end", async () => {
    const clock = manualClock();
    const idle: Policy =
      () =>
      async (_message, { envelope }) =>
        receipt({
          provider: "A",
          messageId: "<x>",
          accepted: ["eve@example.org"],
          rejected: envelope.to.map((address) => own(address, "transient")),
        });
    const { send, ofType } = loneLink(scripted("A"), [retry({ clock, attempts: 4 }), idle], clock);
    await clock.until(send({ message: await of([ann, bob]) }));
    expect(ofType("retry")).toHaveLength(3);
  });
});

describe("a server that takes so many recipients a message", () => {
  const takes =
    (most: number): Step =>
    async (provider, { envelope: { to }, handOver }) => {
      await handOver();
      const rejected = to.slice(most).map((address) => ({
        address,
        failure: failure({ provider, kind: "transient", code: "452 4.5.3", reason: "too many recipients" }),
      }));
      return receipt({ provider, messageId: "<x>", accepted: to.slice(0, most), rejected });
    };

  test.each([
    [250, 100, 3],
    [1_000, 100, 10],
    [7, 1, 7],
    [100, 100, 1],
  ])("%d recipients, %d at once: all have it after %d attempts", async (recipients, most, tries) => {
    const to = Array.from({ length: recipients }, (_, i) => `r${i}@example.org`);
    const { send, clock, provider, attempts } = setUp([takes(most)]);
    const outcome = await clock.until(send({ message: await sampleMessage({ to }) }));
    expect(outcome).toMatchObject({ success: true, accepted: to, rejected: [] });
    expect(provider.calls.flat()).toHaveLength(provider.calls.reduce((sum, call) => sum + call.length, 0));
    expect(attempts.map(({ n, accepted }) => [n, accepted > 0])).toEqual(
      Array.from({ length: tries }, (_, i) => [i + 1, true]),
    );
  });

  test("however few it takes and whoever it refuses, nobody is asked for again who has it or was refused", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 12 }),
        async (recipients, most, tries, budget) => {
          const to = Array.from({ length: recipients }, (_, i) => `r${i}@example.org`);
          const has = new Set<string>();
          const refused = (address: string): boolean => /[37]@/.test(address);
          let call = 0;
          const step: Step = async (provider, { envelope, handOver }) => {
            await handOver();
            for (const address of envelope.to) expect(has.has(address)).toBe(false);
            let left = most[call++ % most.length] as number;
            const no = (address: string, kind: FailureKind) => ({
              address,
              failure: failure({ provider, kind, reason: kind }),
            });
            const rejected = envelope.to.flatMap((address) => {
              if (refused(address)) return [no(address, "rejected")];
              if (left-- > 0) return [];
              return [no(address, "transient")];
            });
            const out = new Set(rejected.map(({ address }) => address));
            const accepted = envelope.to.filter((address) => !out.has(address));
            for (const address of accepted) has.add(address);
            return accepted.length === 0
              ? failure({ provider, kind: "transient", reason: "none", rejected })
              : receipt({ provider, messageId: "<x>", accepted, rejected });
          };
          const { send, clock, provider, link } = setUp([step], { attempts: tries, budget, baseMs: 1 });
          const outcome = await clock.until(send({ message: await sampleMessage({ to }) }));
          const accepted = outcome.success ? outcome.accepted : [];
          expect([...accepted].sort()).toEqual([...has].sort());
          const rejected = (outcome.rejected ?? to.map((address) => ({ address }))).map((one) => one.address);
          expect([...accepted, ...rejected].sort()).toEqual([...to].sort());
          for (const later of provider.calls.slice(1)) expect(later.some(refused)).toBe(false);
          const vain = provider.calls.filter((_, i) => most[i % most.length] === 0);
          expect(vain.length).toBeLessThanOrEqual(tries);
          expect(link.status().retry?.budget).toBeGreaterThanOrEqual(0);
        },
      ),
    ));
});
