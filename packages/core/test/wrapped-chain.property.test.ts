import fc from "fast-check";
import { expect, test } from "vitest";
import type { Delivery } from "../src/events/delivery.ts";
import type { Message } from "../src/message/message.ts";
import { manualClock } from "./manual-clock.ts";
import { type Branch, opaqueTree, plant, tree } from "./random-tree.ts";
import { sampleMessage } from "./sample-message.ts";

const addresses = ["r0@example.org", "r1@example.org", "r2@example.org"];

async function run(root: Branch, recipients: number) {
  const clock = manualClock();
  const { chain, copies } = plant(root, clock);
  const message = await sampleMessage({ to: addresses.slice(0, recipients) });
  const send = chain.send as unknown as (message: Message) => Promise<Delivery>;
  const delivery = await clock.until(send(message));
  const ended = [...copies];
  // What a policy or a provider does afterwards must not send anything more.
  await clock.advance(10_000);
  return { delivery, copies: ended, later: copies.slice(ended.length), to: message.envelope.to };
}

const check = (look: (seen: Awaited<ReturnType<typeof run>>) => void, of = tree) =>
  fc.assert(
    fc.asyncProperty(of, fc.integer({ min: 1, max: 3 }), async (root, n) => look(await run(root, n))),
    { numRuns: 2_000 },
  );

const options = { timeout: 120_000 };

test("nobody gets two copies unless the delivery says so, and none comes after it", options, () =>
  check(({ delivery, copies, later, to }) => {
    expect(later).toEqual([]);
    for (const address of to) {
      const mine = copies.filter((copy) => copy.address === address);
      if (mine.length > 1) expect(delivery.possibleDuplicate).toBe(true);
    }
  }),
);

test(
  "whoever was accepted is, and where an answer was lost nobody is told that it was not sent",
  options,
  () =>
    check(({ delivery, copies, to }) => {
      const why = new Map(delivery.rejected.map(({ address, failure }) => [address, failure.kind]));
      expect([...delivery.accepted, ...why.keys()].sort()).toEqual([...to].sort());
      for (const { address, end } of copies) {
        if (end === "accept") expect(delivery.accepted).toContain(address);
        else expect(why.get(address) ?? "unknown").toBe("unknown");
      }
      for (const address of delivery.accepted)
        expect(copies.some((copy) => copy.address === address && copy.end === "accept")).toBe(true);
      expect(delivery.success).toBe(delivery.accepted.length === to.length);
      expect(delivery.receipts.flatMap(({ accepted }) => accepted).sort()).toEqual(
        [...delivery.accepted].sort(),
      );
      for (const { provider, accepted } of delivery.receipts) {
        for (const address of accepted)
          expect(copies.some((copy) => copy.address === address && copy.provider === provider)).toBe(true);
      }
    }),
);

test("attempts have numbers of their own, in order, and are the calls that were made", options, () =>
  check(({ delivery }) => {
    const numbers = delivery.attempts.map(({ n }) => n);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    expect(new Set(delivery.attempts.map(({ id }) => id)).size).toBe(numbers.length);
  }),
);

test("no first failure is forgotten: after a doubt, it is among the failures", options, () =>
  check(({ delivery }) => {
    for (const { kind, provider } of delivery.attempts) {
      if (kind === "unknown" && delivery.possibleDuplicate === true)
        expect(delivery.failures.map((one) => one.provider)).toContain(provider);
    }
  }),
);

test("a chain that hides its attempts is one attempt: what it does not tell is unknown", options, () =>
  check(({ delivery, copies, later }) => {
    const why = new Map(delivery.rejected.map(({ address, failure }) => [address, failure.kind]));
    for (const { address } of later) expect(why.get(address)).toBe("unknown");
    for (const { address, end } of copies) {
      const isIn = delivery.accepted.includes(address);
      if (end === "accept") expect(isIn || why.get(address) === "unknown").toBe(true);
      else expect(why.get(address) ?? "unknown").toBe("unknown");
      const mine = copies.filter((copy) => copy.address === address);
      if (mine.length > 1) expect(delivery.possibleDuplicate === true || !isIn).toBe(true);
    }
    const numbers = delivery.attempts.map(({ n }) => n);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  }, opaqueTree),
);
