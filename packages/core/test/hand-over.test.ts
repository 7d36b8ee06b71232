import { describe, expect, test } from "vitest";
import { failure, type Outcome } from "../src/failure/outcome.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { accept, type Step, scripted } from "./scripted-provider.ts";

/** An attempt whose provider shows its `handOver`, and answers when told. */
function setUp() {
  const clock = manualClock();
  const controller = new AbortController();
  const answer = Promise.withResolvers<Outcome>();
  let handOver: () => Promise<void> = () => Promise.reject(new Error("not called"));
  const step: Step = (_id, context) => {
    handOver = context.handOver;
    return answer.promise;
  };
  const lone = loneLink(scripted("A", step), [], clock);
  return { ...lone, clock, controller, answer: answer.resolve, handOver: () => handOver() };
}
const lost = failure({ provider: "A", kind: "transient", reason: "lost" });

test("the hand-over may be awaited twice and happens once", async () => {
  let crossings = 0;
  const step: Step = async (...args) => {
    await Promise.all([args[1].handOver(), args[1].handOver()]);
    await args[1].handOver();
    return accept()(...args);
  };
  const { send, ofType } = loneLink(scripted("A", step), []);
  await send({ handOver: async () => void crossings++ });
  expect(crossings).toBe(1);
  expect(ofType("hand-over")).toHaveLength(1);
});

test("after the end nobody gets through", async () => {
  const { send, clock, handOver, answer, ofType, attempts } = setUp();
  const outcome = send();
  await clock.advance(0);
  answer(lost);
  await outcome;
  await expect(handOver()).rejects.toThrow("the attempt was over before the message was handed over");
  expect(ofType("hand-over")).toEqual([]);
  expect(attempts).toMatchObject([{ phase: "open" }]);
});

test("after the end nobody gets through a second time, either", async () => {
  const { send, clock, handOver, answer } = setUp();
  const outcome = send();
  await clock.advance(0);
  await handOver();
  answer(lost);
  await outcome;
  await expect(handOver()).rejects.toThrow();
});

test("after an abort nobody gets through, and the reason is the caller's", async () => {
  const { send, clock, controller, handOver } = setUp();
  const outcome = send({ signal: controller.signal });
  await clock.advance(0);
  controller.abort(new Error("out of time"));
  await expect(handOver()).rejects.toThrow("out of time");
  expect(await clock.until(outcome)).toMatchObject({ kind: "cancelled" });
});

test("an abort while somebody outside is asked turns the provider back", async () => {
  const { send, clock, controller, handOver, ofType } = setUp();
  const outside = Promise.withResolvers<void>();
  const outcome = send({ signal: controller.signal, handOver: () => outside.promise });
  await clock.advance(0);
  const crossing = handOver();
  const turned = expect(crossing).rejects.toThrow();
  controller.abort();
  outside.resolve();
  await turned;
  expect(await clock.until(outcome)).toMatchObject({ kind: "cancelled" });
  expect(ofType("hand-over")).toEqual([]);
});

describe("a provider that is turned back has surely delivered nothing, and the delivery is cancelled", () => {
  const ways: [string, Step][] = [
    [
      "says cancelled",
      async (provider, { handOver }) =>
        handOver().then(
          () => lost,
          () => failure({ provider, kind: "cancelled", reason: "turned back" }),
        ),
    ],
    [
      "takes it for a lost connection",
      async (_id, { handOver }) =>
        handOver().then(
          () => lost,
          () => lost,
        ),
    ],
    [
      "says unknown",
      async (provider, { handOver }) =>
        handOver().then(
          () => lost,
          () => failure({ provider, kind: "unknown", reason: "?" }),
        ),
    ],
    [
      "lets the error through",
      async (_id, { handOver }) => {
        await handOver();
        return lost;
      },
    ],
    [
      "answers nonsense",
      async (_id, { handOver }) =>
        handOver().then(
          () => lost,
          () => undefined as unknown as Outcome,
        ),
    ],
  ];
  test.each(ways)("if it %s", async (_how, step) => {
    const { send } = loneLink(scripted("A", step), []);
    expect(await send({ handOver: () => Promise.reject(new Error("no")) })).toMatchObject({
      kind: "cancelled",
    });
  });

  test.each([
    ["rejects", () => Promise.reject(new Error("no"))],
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
  ])("whether whoever is asked %s", async (_how, no) => {
    const { send } = loneLink(scripted("A", ways[1]?.[1] as Step), []);
    expect(await send({ handOver: no })).toMatchObject({ kind: "cancelled" });
    expect(await send({ journal: { handOver: no } })).toMatchObject({ kind: "cancelled" });
  });
});

test("a provider that does not look at its hand-over cannot bring the process down", async () => {
  const careless: Step = async (_id, { handOver }) => {
    void handOver();
    return new Promise((resolve) => setImmediate(() => resolve(lost)));
  };
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const unhandled: unknown[] = [];
  process.on("unhandledRejection", (error) => unhandled.push(error));
  try {
    const { send } = loneLink(scripted("A", careless), []);
    await send({ handOver: () => Promise.reject(new Error("no")) });
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of others) process.on("unhandledRejection", listener);
  }
});
