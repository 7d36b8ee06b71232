import { expect, test } from "vitest";
import { receipt } from "../src/failure/outcome.ts";
import { type ConcurrencyOptions, concurrency } from "../src/policies/concurrency.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { sampleMessage } from "./sample-message.ts";
import { type Step, scripted } from "./scripted-provider.ts";

/** A link whose attempts end when a test says so. */
function setUp(options: ConcurrencyOptions) {
  const clock = manualClock();
  const open: { readonly subject: string; readonly end: () => void }[] = [];
  const step: Step = (provider, { envelope }, message) =>
    new Promise((resolve) => {
      const end = () => resolve(receipt({ provider, messageId: "<x>", accepted: envelope.to }));
      open.push({ subject: message.subject, end });
    });
  const lone = loneLink(scripted("A", step), [concurrency({ clock, ...options })], clock);
  return { ...lone, clock, open, underWay: () => open.map(({ subject }) => subject) };
}
const heavy = (subject: string, bytes: number) => sampleMessage({ subject, text: "x".repeat(bytes) });

test("no more attempts than allowed are under way, and the line is first come, first served", async () => {
  const { send, clock, open, underWay, link } = setUp({ messages: 2 });
  for (const subject of ["a", "b", "c", "d"]) void send({ message: await heavy(subject, 1) });
  await clock.advance(0);
  expect(underWay()).toEqual(["a", "b"]);
  expect(link.status()).toEqual({ concurrency: { inFlight: 2, waiting: 2 } });
  open[1]?.end();
  await clock.advance(0);
  expect(underWay()).toEqual(["a", "b", "c"]);
  open[0]?.end();
  open[2]?.end();
  await clock.advance(0);
  expect(underWay()).toEqual(["a", "b", "c", "d"]);
  expect(link.status()).toEqual({ concurrency: { inFlight: 1, waiting: 0 } });
});

test("no more bytes than allowed are under way, but for one message that is larger alone", async () => {
  const { send, clock, open, underWay } = setUp({ bytes: 100 });
  for (const [subject, bytes] of [
    ["a", 60],
    ["b", 60],
    ["c", 500],
    ["d", 1],
  ] as const) {
    void send({ message: await heavy(subject, bytes) });
  }
  await clock.advance(0);
  expect(underWay()).toEqual(["a"]);
  for (const next of ["b", "c", "d"]) {
    open.at(-1)?.end();
    await clock.advance(0);
    expect(underWay().at(-1)).toBe(next);
  }
});

test("whoever comes when the line is full is skipped, and noted", async () => {
  const { send, clock, attempts, open } = setUp({ messages: 1, queue: 1 });
  const outcomes = [send(), send(), send()];
  expect(await outcomes[2]).toMatchObject({
    kind: "skipped",
    code: "queue-full",
    reason: "1 messages are waiting already",
  });
  expect(attempts).toMatchObject([{ skipped: true, code: "queue-full" }]);
  open[0]?.end();
  await clock.advance(0);
  open[1]?.end();
  expect(await Promise.all(outcomes.slice(0, 2))).toMatchObject([{ success: true }, { success: true }]);
});

test("with no line at all the second is skipped at once", async () => {
  const { send, clock, open } = setUp({ messages: 1, queue: 0 });
  const first = send();
  await clock.advance(0);
  expect(await send()).toMatchObject({ code: "queue-full" });
  open[0]?.end();
  await first;
  const third = send();
  await clock.advance(0);
  open[1]?.end();
  expect(await third).toMatchObject({ success: true });
});

test.each([[{ messages: 1 }], [{ bytes: 5 }]])(
  "whoever gives up while waiting (%o) leaves the line and takes nothing",
  async (options) => {
    const { send, clock, open, attempts, link } = setUp(options);
    const first = send();
    const controller = new AbortController();
    const second = send({ signal: controller.signal });
    await clock.advance(0);
    controller.abort();
    expect(await second).toMatchObject({ kind: "cancelled", reason: "given up while waiting in line" });
    expect(attempts).toEqual([]);
    open[0]?.end();
    await first;
    expect(link.status()).toEqual({ concurrency: { inFlight: 0, waiting: 0 } });
  },
);
