import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { failure, receipt } from "../src/make-outcome.ts";
import { timeout } from "../src/policies/timeout.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { accept, answerLater, fail, hang, hangHandedOver, type Step, scripted } from "./scripted-provider.ts";

function setUp(step: Step) {
  const clock = manualClock();
  const lone = loneLink(scripted("A", step), [timeout({ ms: 100, clock })], clock);
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
    reason: "no answer within 100 ms after the message was handed over",
  });
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
