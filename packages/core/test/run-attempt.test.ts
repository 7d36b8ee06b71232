import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { failure, type Outcome, receipt } from "../src/failure/outcome.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, bob, sampleMessage } from "./sample-message.ts";
import { accept, fail, hang, hangHandedOver, type Step, scripted } from "./scripted-provider.ts";

function setUp(...steps: Step[]) {
  const clock = manualClock();
  const provider = scripted("A", ...steps);
  return { ...loneLink(provider, [], clock), clock, provider };
}
const throwing =
  (error: unknown): Step =>
  () => {
    throw error;
  };
const rejecting =
  (error: unknown, handOver: boolean): Step =>
  async (_id, context) => {
    if (handOver) await context.handOver();
    throw error;
  };
const answering =
  (value: unknown, handOver = true): Step =>
  async (_id, context) => {
    if (handOver) await context.handOver();
    return value as Outcome;
  };

describe("a provider that throws", () => {
  test.each([
    ["at once", throwing(new TypeError("password=hunter2"))],
    ["later", rejecting(new TypeError("password=hunter2"), false)],
  ])("%s before the hand-over has surely not delivered; its words are not repeated", async (_when, step) => {
    const { send, attempts } = setUp(step);
    expect(await send()).toEqual(
      failure({
        provider: "A",
        kind: "transient",
        retryable: false,
        reason: "the provider threw TypeError instead of answering",
      }),
    );
    expect(attempts).toMatchObject([{ kind: "transient", phase: "open" }]);
  });

  test("after the hand-over may have delivered", async () => {
    const { send, attempts } = setUp(rejecting("hunter2", true));
    expect(await send()).toMatchObject({
      kind: "unknown",
      reason: "the provider threw string instead of answering",
    });
    expect(attempts).toMatchObject([{ kind: "unknown", phase: "handed_over" }]);
  });
});

test.each([undefined, null, 5, "250 ok", [], {}, { success: 1 }, { success: false, kind: "nonsense" }])(
  "the answer %o is none: unknown after the hand-over, not tried again before it",
  async (value) => {
    expect(await setUp(answering(value)).send()).toMatchObject({ kind: "unknown" });
    expect(await setUp(answering(value, false)).send()).toMatchObject({
      kind: "transient",
      retryable: false,
    });
  },
);

test("an answer that throws when it is read is none, either", async () => {
  const proxy = new Proxy(
    {},
    {
      get: (_, key) => {
        if (key === "then") return undefined;
        throw new Error("boom");
      },
    },
  );
  expect(await setUp(answering(proxy)).send()).toMatchObject({ kind: "unknown" });
});

test("a receipt that names half of the recipients leaves the other half unknown", async () => {
  const { send } = setUp(answering({ success: true, messageId: "<x>", accepted: [ann] }));
  const message = await sampleMessage({ to: [ann, bob] });
  expect(await send({ message })).toMatchObject({
    accepted: [ann],
    rejected: [{ address: bob, failure: { kind: "unknown" } }],
  });
});

describe("a provider that never settles", () => {
  test("is given up shortly after an abort: cancelled before the hand-over, unknown after", async () => {
    for (const [step, kind] of [
      [hang(), "cancelled"],
      [hangHandedOver(), "unknown"],
    ] as const) {
      const { send, clock, attempts } = setUp(step);
      const controller = new AbortController();
      const outcome = send({ signal: controller.signal });
      await clock.advance(1_000);
      const abortedAt = clock.now();
      controller.abort();
      expect(await clock.until(outcome)).toMatchObject({ kind });
      expect(clock.now() - abortedAt).toBeLessThan(50);
      expect(attempts).toHaveLength(1);
      expect(clock.pending).toBe(0);
      expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    }
  });

  test("but settles later, is told of as the truth", async () => {
    let answer: (outcome: Outcome) => void = () => undefined;
    const { send, clock, ofType, attempts } = setUp(async (_id, context) => {
      await context.handOver();
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    const controller = new AbortController();
    const outcome = send({ signal: controller.signal });
    await clock.advance(0);
    controller.abort();
    await clock.until(outcome);
    answer(receipt({ provider: "A", messageId: "<x>", accepted: [ann] }));
    await clock.advance(0);
    expect(ofType("late")).toMatchObject([{ outcome: { success: true }, attempt: attempts[0]?.id }]);
    expect(attempts).toMatchObject([{ kind: "unknown" }]);
  });
});

test("given up by the provider after the hand-over is not surely given up", async () => {
  const { send } = setUp(async (provider, context) => {
    await context.handOver();
    return failure({ provider, kind: "cancelled", reason: "aborted" });
  });
  expect(await send()).toMatchObject({
    kind: "unknown",
    reason: "aborted (after the message was handed over)",
  });
});

test("an aborted signal makes no call, and leaves no trace", async () => {
  const { send, provider, attempts, events } = setUp(accept());
  const signal = AbortSignal.abort(new Error("out of time"));
  expect(await send({ signal })).toMatchObject({ kind: "cancelled", reason: "out of time" });
  expect([provider.calls, attempts, events]).toEqual([[], [], []]);
});

describe("a provider that has been seen to deliver without handing over", () => {
  const silent = answering(receipt({ provider: "A", messageId: "<x>", accepted: [ann] }), false);
  test.each([
    ["throws", rejecting(new Error("x"), false)],
    ["answers nonsense", answering(undefined, false)],
  ])("is not believed to have sent nothing when it %s", async (_does, step) => {
    const { send } = setUp(silent, step);
    await send();
    expect(await send()).toMatchObject({ kind: "unknown" });
  });

  test("is not believed to have sent nothing when it falls silent", async () => {
    const { send, clock } = setUp(silent, hang());
    await send();
    const controller = new AbortController();
    const outcome = send({ signal: controller.signal });
    await clock.advance(0);
    controller.abort();
    expect(await clock.until(outcome)).toMatchObject({ kind: "unknown" });
  });

  test("is believed when it names a failure", async () => {
    const { send } = setUp(silent, fail("refused"));
    await send();
    expect(await send()).toMatchObject({ kind: "refused" });
  });
});

test("every attempt is told of from start to end, in order", async () => {
  const { send, events, attempts } = setUp(accept());
  await send();
  expect(events.map(({ type }) => type)).toEqual(["attempt-start", "hand-over", "attempt"]);
  expect(attempts).toMatchObject([
    {
      n: 1,
      provider: "A",
      success: true,
      phase: "handed_over",
      recipients: 1,
      accepted: 1,
      skipped: false,
      messageId: "<taken-by-A>",
    },
  ]);
});
