import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { makeLink } from "../src/chain/link.ts";
import type { JournalEntry } from "../src/events/journal.ts";
import type { FailureKind } from "../src/failure/kinds.ts";
import { concurrency } from "../src/policies/concurrency.ts";
import { rateLimit } from "../src/policies/rate-limit.ts";
import { retry } from "../src/policies/retry.ts";
import type { Provider } from "../src/provider/provider.ts";
import { limited, setUp, to } from "./limited-chain.ts";
import { manualClock } from "./manual-clock.ts";
import { sampleInput } from "./sample-message.ts";
import { accept, fail, part, type Scripted, scripted } from "./scripted-provider.ts";

const sizes = (provider: Scripted) => provider.calls.map((call) => call.length);

describe("more recipients than a provider takes", () => {
  test("go by several attempts, each with its own hand-over, receipt and place in the journal", async () => {
    const steps: string[] = [];
    const note = (step: string) => async (entry: JournalEntry) =>
      void steps.push(`${step} ${entry.n}: ${entry.recipients.length}`);
    const a = limited("A", { maxRecipients: 3 }, accept());
    const { send, events } = setUp([a], {
      journal: { open: note("open"), handOver: note("handOver"), close: note("close") },
    });
    const delivery = await send();
    expect(delivery).toMatchObject({ success: true, provider: "A", accepted: to, rejected: [] });
    expect(delivery.receipts.map(({ accepted }) => accepted.length)).toEqual([3, 3, 1]);
    expect(delivery.attempts.map(({ n, recipients, phase }) => [n, recipients, phase])).toEqual([
      [1, 3, "handed_over"],
      [2, 3, "handed_over"],
      [3, 1, "handed_over"],
    ]);
    expect(new Set(delivery.attempts.map(({ id }) => id)).size).toBe(3);
    expect(steps).toEqual(
      [1, 2, 3].flatMap((n) => ["open", "handOver", "close"].map((one) => `${one} ${n}: ${n < 3 ? 3 : 1}`)),
    );
    expect(events.map(({ type }) => type).filter((type) => type.startsWith("delivery"))).toEqual([
      "delivery-start",
      "delivery",
    ]);
  });

  test("a provider before it may be down: all of them reach the next one, in parts", async () => {
    const [a, b] = [scripted("A", fail("transient")), limited("B", { maxRecipients: 3 }, accept())];
    const delivery = await setUp([a, b]).send();
    expect(delivery).toMatchObject({ success: true, provider: "B", accepted: to });
    expect(sizes(b)).toEqual([3, 3, 1]);
  });

  test("a part that is lost stops that part only", async () => {
    const a = limited("A", { maxRecipients: 3 }, accept(), fail("unknown"), accept());
    const delivery = await setUp([a]).send();
    expect(delivery).toMatchObject({
      status: "unknown",
      accepted: ["r0", "r1", "r2", "r6"].map((r) => `${r}@example.org`),
    });
    expect(delivery.rejected.map(({ failure }) => failure.kind)).toEqual(Array(3).fill("unknown"));
    expect(delivery).not.toHaveProperty("possibleDuplicate");
  });

  test("before another provider, the rest of what was lost goes on to that one", async () => {
    const a = limited("A", { maxRecipients: 3 }, fail("unknown"), accept());
    const b = scripted("B", accept());
    const delivery = await setUp([a, b]).send();
    expect(sizes(a)).toEqual([3]);
    expect(b.calls).toEqual([to.slice(3)]);
    expect(delivery).toMatchObject({ status: "unknown", accepted: to.slice(3) });
  });

  test("a part that is refused goes on to the next provider, the others do not", async () => {
    const a = limited("A", { maxRecipients: 3 }, accept(), fail("refused"), accept());
    const b = scripted("B", accept());
    const delivery = await setUp([a, b]).send();
    expect(sizes(a)).toEqual([3, 3, 1]);
    expect(b.calls).toEqual([to.slice(3, 6)]);
    expect(delivery).toMatchObject({ success: true, accepted: to });
    expect(delivery.failures).toMatchObject([{ provider: "A", kind: "refused" }]);
  });

  test.each(["throttled", "misconfigured", "transient"] as const)(
    "a provider that is %s is not asked for the other parts, if there is another",
    async (kind) => {
      const a = limited("A", { maxRecipients: 3 }, fail(kind));
      const b = limited("B", { maxRecipients: 2 }, accept());
      const delivery = await setUp([a, b]).send();
      expect(sizes(a)).toEqual([3]);
      expect(sizes(b)).toEqual([2, 2, 2, 1]);
      expect(delivery).toMatchObject({ success: true, accepted: to });
    },
  );

  test.each([
    ["transient", 3],
    ["unknown", 3],
    ["refused", 3],
    ["deferred", 3],
    ["rejected", 3],
    ["throttled", 1],
    ["misconfigured", 1],
    ["cancelled", 1],
  ] as const)(
    "the last provider, when it is %s, is asked %d times; nobody is dropped",
    async (kind: FailureKind, calls) => {
      const a = limited("A", { maxRecipients: 3 }, fail(kind));
      const delivery = await setUp([a]).send();
      expect(a.calls).toHaveLength(calls);
      expect(delivery.rejected.map(({ address, failure }) => [address, failure.kind])).toEqual(
        to.map((address) => [address, kind]),
      );
    },
  );

  test("each part has tries of its own", async () => {
    const clock = manualClock();
    const steps = [fail("transient"), accept(), fail("transient"), fail("transient"), accept(), accept()];
    const a = limited("A", { maxRecipients: 3 }, ...steps);
    const chain = createChain([makeLink(a, [retry({ clock })], clock)], { clock });
    const delivery = await clock.until(chain.send(sampleInput({ to })));
    expect(delivery).toMatchObject({ success: true, accepted: to });
    expect(sizes(a)).toEqual([3, 3, 3, 3, 3, 1]);
    expect(delivery.attempts.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("rate limit and concurrency count each part, and the chain waits for the rest", async () => {
    const clock = manualClock();
    const a = limited("A", { maxRecipients: 3 }, accept());
    const policies = [
      rateLimit({ perSecond: 3, count: "recipients", maxWaitMs: 0, clock }),
      concurrency({ messages: 1, queue: 0, clock }),
    ];
    const began = clock.now();
    const chain = createChain([makeLink(a, policies, clock)], { clock });
    const delivery = await clock.until(chain.send(sampleInput({ to })));
    expect(delivery).toMatchObject({ success: true, accepted: to });
    expect(sizes(a)).toEqual([3, 3, 1]);
    expect(clock.now() - began).toBeGreaterThanOrEqual(2_000);
    // One held-back try a wait, not one for every part that is still to come.
    expect(delivery.attempts.filter(({ skipped }) => skipped)).toHaveLength(2);
  });

  test("partial receipts are each part's own, and the leftovers go on together", async () => {
    const a = limited(
      "A",
      { maxRecipients: 3 },
      part({ "r1@example.org": "refused", "r3@example.org": "deferred", "r6@example.org": "rejected" }),
    );
    const b = scripted("B", accept());
    const delivery = await setUp([a, b]).send();
    expect(b.calls).toEqual([["r1@example.org", "r3@example.org"]]);
    expect(delivery).toMatchObject({ status: "partial", rejected: [{ address: "r6@example.org" }] });
  });

  test("what a provider learns on the way counts from the next part on", async () => {
    let maxRecipients: number | undefined = 4;
    const a = scripted("A", async (id, context, message) => {
      maxRecipients = 2;
      return accept()(id, context, message);
    });
    const learning: Provider = Object.defineProperty(a, "limits", { get: () => ({ maxRecipients }) });
    await setUp([learning]).send();
    expect(sizes(a)).toEqual([4, 2, 1]);
  });

  test("a caller who gives up stops all parts", async () => {
    const controller = new AbortController();
    const a = limited("A", { maxRecipients: 3 }, async (id, context, message) => {
      const outcome = await accept()(id, context, message);
      controller.abort();
      return outcome;
    });
    const clock = manualClock();
    const chain = createChain([a, scripted("B", accept())], { clock, policies: [] });
    const delivery = await clock.until(chain.send(sampleInput({ to }), { signal: controller.signal }));
    expect(sizes(a)).toEqual([3]);
    expect(delivery).toMatchObject({ status: "partial", accepted: to.slice(0, 3), kind: "cancelled" });
  });
});
