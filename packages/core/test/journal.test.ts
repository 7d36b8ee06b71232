import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { makeLink } from "../src/chain/link.ts";
import type { Journal } from "../src/events/journal.ts";
import { timeout } from "../src/policies/timeout.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, sampleInput } from "./sample-message.ts";
import { accept, fail, hang, type Step, scripted } from "./scripted-provider.ts";

function setUp(journal: Journal, ...steps: Step[]) {
  const clock = manualClock();
  const events: string[] = [];
  const [a, b] = [scripted("A", ...steps), scripted("B", accept())];
  const chain = createChain([a, b], {
    policies: [],
    clock,
    journal,
    observers: [({ type }) => events.push(type)],
  });
  return {
    chain,
    clock,
    a,
    b,
    events,
    send: (signal?: AbortSignal) => chain.send(sampleInput({ id: "m-1" }), { signal }),
  };
}
const no = () => Promise.reject(new Error("disk full"));
const never = () => new Promise<void>(() => undefined);

test("each attempt is opened, handed over and closed, in this order, with the same entry", async () => {
  const steps: [string, unknown, unknown?][] = [];
  const { send, clock } = setUp(
    {
      open: async (entry) => void steps.push(["open", entry]),
      handOver: async (entry) => void steps.push(["handOver", entry]),
      close: async (entry, outcome) => void steps.push(["close", entry, outcome]),
    },
    fail("transient"),
  );
  await clock.until(send());
  expect(steps.map(([what]) => what)).toEqual(["open", "close", "open", "handOver", "close"]);
  expect(steps[2]?.[1]).toMatchObject({
    n: 2,
    provider: "B",
    messageId: "m-1",
    recipients: [ann],
    at: clock.now(),
  });
  expect(steps[4]?.[1]).toBe(steps[2]?.[1]);
  expect(steps[1]?.[2]).toMatchObject({ kind: "transient" });
});

test("the hand-over waits for it", async () => {
  const written = Promise.withResolvers<void>();
  const { send, clock, events } = setUp({ handOver: () => written.promise }, accept());
  const delivery = send();
  await clock.advance(0);
  expect(events).not.toContain("hand-over");
  written.resolve();
  expect(await clock.until(delivery)).toMatchObject({ success: true });
});

describe("a journal that cannot be opened", () => {
  test.each([
    ["rejects", no],
    [
      "throws",
      () => {
        throw new Error("disk full");
      },
    ],
  ])("and %s lets no attempt be made, here or at the next", async (_how, open) => {
    const { send, clock, a, b } = setUp({ open }, accept());
    expect(await clock.until(send())).toMatchObject({ status: "failed", kind: "cancelled", attempts: [] });
    expect([a.calls, b.calls]).toEqual([[], []]);
  });

  test("because it hangs is given up with the delivery", async () => {
    const { send, clock, a } = setUp({ open: never }, accept());
    const controller = new AbortController();
    const delivery = send(controller.signal);
    await clock.advance(10);
    controller.abort();
    expect(await clock.until(delivery)).toMatchObject({ kind: "cancelled" });
    expect(a.calls).toEqual([]);
  });

  test("in time leaves no hole in the numbers of the attempts", async () => {
    const clock = manualClock();
    let asked = 0;
    const journal = { open: () => (asked++ === 0 ? never() : Promise.resolve()) };
    const links = [makeLink(scripted("A"), [timeout({ ms: 100, clock })], clock), scripted("B")];
    const delivery = await clock.until(
      createChain(links, { policies: [], clock, journal }).send(sampleInput()),
    );
    expect(delivery.attempts.map(({ n }) => n)).toEqual(delivery.attempts.map((_, i) => i + 1));
  });
});

describe("a journal that will not write the hand-over down", () => {
  test("by rejecting ends the delivery as cancelled, and nobody else is asked", async () => {
    const { send, clock, a, b } = setUp({ handOver: no }, accept());
    expect(await clock.until(send())).toMatchObject({ status: "failed", kind: "cancelled" });
    expect([a.calls.length, b.calls.length]).toEqual([1, 0]);
  });

  test("because it hangs means cancelled when time is up: nothing was handed over", async () => {
    const { send, clock, b } = setUp({ handOver: never }, accept());
    expect(await clock.until(send())).toMatchObject({ kind: "cancelled", attempts: [{ phase: "open" }] });
    expect(b.calls).toEqual([]);
  });
});

describe("a journal that cannot be closed", () => {
  test.each([
    ["rejects", no],
    [
      "throws",
      () => {
        throw new Error("disk full");
      },
    ],
  ])("and %s leaves the outcome as it is, and an event tells of it", async (_how, close) => {
    const { send, clock, events } = setUp({ close }, accept());
    expect(await clock.until(send())).toMatchObject({ success: true });
    expect(events.filter((type) => type === "journal-lost")).toHaveLength(1);
  });

  test("because it hangs does not hold the delivery up past its deadline", async () => {
    const { send, clock } = setUp({ close: never }, accept());
    expect(await clock.until(send())).toMatchObject({ success: true });
  });
});

test("the journal given to send comes before the chain's", async () => {
  const opened: string[] = [];
  const { chain, clock } = setUp({ open: async () => void opened.push("chain") }, accept());
  const journal = { open: async () => void opened.push("send") };
  await clock.until(chain.send(sampleInput(), { journal }));
  expect(opened).toEqual(["send"]);
});

test("a call that is abandoned is closed, too", async () => {
  const closed: unknown[] = [];
  const { send, clock } = setUp({ close: async (_entry, outcome) => void closed.push(outcome) }, hang());
  await clock.until(send());
  expect(closed).toMatchObject([{ kind: "cancelled" }]);
});
