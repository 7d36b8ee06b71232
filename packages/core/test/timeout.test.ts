import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { makeLink } from "../src/chain/link.ts";
import { failure, receipt } from "../src/failure/outcome.ts";
import { timeout } from "../src/policies/timeout.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, bob, cyd, sampleInput, sampleMessage } from "./sample-message.ts";
import {
  accept,
  answerLater,
  fail,
  hang,
  hangHandedOver,
  part,
  type Step,
  scripted,
} from "./scripted-provider.ts";

function setUp(step: Step) {
  const clock = manualClock();
  const lone = loneLink(scripted("A", step), [timeout({ ms: 100, afterHandOverMs: 300, clock })], clock);
  return { ...lone, clock };
}

test("what was surely not handed over in time is transient, and may be tried again", async () => {
  const { send, clock } = setUp(hang());
  const outcome = await clock.until(send());
  expect(outcome).toEqual(
    failure({ provider: "A", kind: "transient", code: "timeout", reason: "no answer within 100 ms" }),
  );
});

test("what was handed over and got no answer in time stays unknown", async () => {
  const { send, clock } = setUp(hangHandedOver());
  expect(await clock.until(send())).toMatchObject({
    kind: "unknown",
    reason: "no answer within 300 ms after the message was handed over",
  });
});

test("the time ends at the hand-over: an answer after it is waited for", async () => {
  const clock = manualClock();
  const slow: Step = async (...args) => {
    await args[1].handOver();
    await new Promise<void>((resolve) => clock.after(5_000, resolve));
    return accept()(...args);
  };
  const { send, attempts } = loneLink(scripted("A", slow), [timeout({ ms: 100, clock })], clock);
  expect(await clock.until(send())).toMatchObject({ success: true });
  expect(attempts).toMatchObject([{ success: true, ms: 5_000 }]);
  expect(clock.pending).toBe(0);
});

test("a hand-over that is still being written down does not end it", async () => {
  const { send, clock } = setUp(accept());
  const outcome = send({ handOver: () => new Promise((resolve) => clock.after(1_000, resolve)) });
  expect(await clock.until(outcome)).toMatchObject({ kind: "transient", code: "timeout" });
});

test("a policy within that throws leaves no timer and no listener behind", async () => {
  const clock = manualClock();
  const throwing = () => () => Promise.reject(new Error("a fault of the policy"));
  const { send } = loneLink(scripted("A"), [timeout({ ms: 100, clock }), throwing], clock);
  const { signal } = new AbortController();
  await expect(clock.until(send({ signal }))).rejects.toThrow("a fault of the policy");
  expect(clock.pending).toBe(0);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("a provider that gives up by itself when told is transient, too", async () => {
  const obedient: Step = (provider, { signal }) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () =>
        resolve(failure({ provider, kind: "cancelled", reason: "told to" })),
      );
    });
  const { send, clock } = setUp(obedient);
  expect(await clock.until(send())).toMatchObject({ kind: "transient", code: "timeout" });
});

test("a success that comes within the grace wins the race", async () => {
  const late: Step = async (provider, { signal, handOver, envelope }) => {
    await handOver();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return receipt({ provider, messageId: "<x>", accepted: envelope.to });
  };
  const { send, clock } = setUp(late);
  expect(await clock.until(send())).toMatchObject({ success: true });
});

test("an answer that comes later still is told as the truth, and changes nothing", async () => {
  const { step, answer } = answerLater();
  const { send, clock, ofType, attempts } = setUp(step);
  expect(await clock.until(send())).toMatchObject({ kind: "unknown" });
  answer(receipt({ provider: "A", messageId: "<x>", accepted: [] }));
  await clock.advance(0);
  expect(ofType("late")).toMatchObject([
    { provider: "A", attempt: attempts[0]?.id, outcome: { success: true } },
  ]);
  expect(attempts).toHaveLength(1);
});

test("a definite failure in time is left as it is", async () => {
  for (const kind of ["refused", "cancelled", "unknown"] as const) {
    const { send, clock } = setUp(fail(kind));
    expect(await clock.until(send())).toMatchObject({ kind });
    expect(clock.pending).toBe(0);
  }
});

/** Mixed words about its recipients, said only when it is told to stop. */
const mixedWhenTold: Step = (provider, { signal }) =>
  new Promise((resolve) => {
    const why = (kind: "cancelled" | "rejected") => failure({ provider, kind, reason: kind });
    const rejected = [
      { address: ann, failure: why("rejected") },
      { address: bob, failure: why("cancelled") },
    ];
    signal.addEventListener("abort", () => resolve({ ...why("cancelled"), rejected }));
  });

test("what it has said of one recipient stands, though time ran out for another", async () => {
  const { send, clock } = setUp(mixedWhenTold);
  const message = await sampleMessage({ to: [ann, bob] });
  expect(await clock.until(send({ message }))).toMatchObject({
    kind: "transient",
    rejected: [
      { address: ann, failure: { kind: "rejected" } },
      { address: bob, failure: { kind: "transient", code: "timeout" } },
    ],
  });
});

test("of a chain within, too: nobody else is asked for whom it has had a last word", async () => {
  const clock = manualClock();
  const rejected: Step = part({ [ann]: "rejected", [cyd]: "refused" });
  const inner = createChain([scripted("A", rejected), scripted("B", hang())], {
    policies: [],
    id: "inner",
    clock,
  });
  const c = scripted("C", accept());
  const chain = createChain([makeLink(inner, [timeout({ ms: 100, clock })], clock), c], {
    policies: [],
    clock,
  });
  const delivery = await clock.until(chain.send(sampleInput({ to: [ann, bob, cyd] })));
  expect(c.calls).toEqual([[cyd]]);
  expect(delivery).toMatchObject({ status: "partial", accepted: [bob, cyd], rejected: [{ address: ann }] });
});

test("a chain within that ran out of time before its last provider keeps its last words, and reads as its providers", async () => {
  const clock = manualClock();
  const mixed = async (provider: string) =>
    failure({
      provider,
      kind: "refused",
      reason: "no",
      rejected: [{ address: ann, failure: failure({ provider, kind: "rejected", reason: "no such user" }) }],
    });
  const inner = createChain([scripted("A", mixed), scripted("B", hang()), scripted("D")], {
    policies: [],
    id: "inner",
    clock,
  });
  const c = scripted("C", accept());
  const chain = createChain([makeLink(inner, [timeout({ ms: 100, clock })], clock), c], {
    policies: [],
    clock,
  });
  const delivery = await clock.until(chain.send(sampleInput({ to: [ann, bob] })));
  expect(c.calls).toEqual([[bob]]);
  expect(delivery).toMatchObject({
    status: "partial",
    accepted: [bob],
    failures: [{ provider: "A" }, { provider: "B" }, { provider: "D" }],
  });
});

test("the caller's own abort is not a timeout", async () => {
  const { send, clock } = setUp(hang());
  const controller = new AbortController();
  const outcome = send({ signal: controller.signal });
  await clock.advance(50);
  controller.abort();
  expect(await clock.until(outcome)).toMatchObject({ kind: "cancelled", reason: "given up by the caller" });
  const aborted = await clock.until(send({ signal: controller.signal }));
  expect(aborted).toMatchObject({ kind: "cancelled" });
});

test.each([
  ["accepts", accept()],
  ["fails", fail("refused")],
  ["hangs", hang()],
])("a provider that %s leaves no timer and no listener behind", async (_does, step) => {
  const { send, clock } = setUp(step);
  const { signal } = new AbortController();
  const outcome = send({ signal });
  await clock.advance(0);
  await clock.until(outcome);
  expect(clock.pending).toBe(0);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});
