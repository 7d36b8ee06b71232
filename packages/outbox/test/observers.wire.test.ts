import { setTimeout as sleep } from "node:timers/promises";
import { createChain, type Observer, type Provider, type RelaisEvent } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { createWorker, type Outbox, type Worker } from "@relais/outbox";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mail, scripted, until } from "./scripted.ts";
import { empty, type Store, stores } from "./stores.ts";

/** A list to which an observer adds every event. */
const recorder = (): { readonly events: RelaisEvent[]; readonly observe: Observer } => {
  const events: RelaisEvent[] = [];
  return { events, observe: (event) => void events.push(event) };
};

const typesOf = (events: readonly RelaisEvent[]): string[] => events.map(({ type }) => type);

describe.each(stores)("the observers of a worker on %s", (_name, open) => {
  let store: Store;
  let outbox: Outbox;
  let worker: Worker | undefined;
  beforeAll(async () => {
    store = await open();
    outbox = await store.outbox();
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await store.stop();
  });
  beforeEach(() => empty(outbox));
  afterEach(async () => {
    await worker?.stop({ graceMs: 3_000 });
    worker = undefined;
  });

  const work = async (
    provider: Provider,
    ofChain: readonly Observer[],
    ofWorker?: readonly Observer[],
    deadlineMs = 10_000,
  ): Promise<void> => {
    const chain = createChain([provider], { id: "shop", policies: [], deadlineMs, observers: ofChain });
    worker = createWorker(outbox, chain, { name: "w1", observers: ofWorker });
    await worker.start();
  };
  const sent = async (): Promise<string> => {
    const { id } = await outbox.enqueue(mail());
    await until(
      () => outbox.get(id),
      (message) => message?.state === "sent",
    );
    return id;
  };
  const settledOf = (events: readonly RelaisEvent[]) =>
    until(
      () => events,
      (all) => typesOf(all).includes("settled"),
    );

  test("are those of its chain: one list hears all of a message, in order", async () => {
    const { events, observe } = recorder();
    await work(scripted("A"), [observe]);
    const id = await sent();
    await settledOf(events);
    expect(typesOf(events)).toEqual([
      "delivery-start",
      "attempt-start",
      "hand-over",
      "attempt",
      "delivery",
      "settled",
    ]);
    for (const event of events) expect(event).toMatchObject({ chain: "shop", message: id });
    expect(events.map(({ worker: name }) => name)).toEqual([...Array(5).fill(undefined), "w1"]);
    expect(events.filter((event) => !Object.isFrozen(event))).toEqual([]);
  });

  test("hear each event once, in whichever lists they are; those of the worker alone hear nothing of the chain", async () => {
    const both = recorder();
    const alone = recorder();
    await work(scripted("A"), [both.observe], [both.observe, alone.observe, alone.observe]);
    await sent();
    await settledOf(alone.events);
    expect(typesOf(alone.events)).toEqual(["settled"]);
    expect(typesOf(both.events).filter((type) => type === "settled")).toHaveLength(1);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("boom");
      },
    ],
    ["returns a promise that fails", async () => Promise.reject(new Error("boom"))],
    [
      "writes into the event",
      (event: RelaisEvent) => {
        Object.assign(event, { message: "another", type: "error" });
      },
    ],
  ])("one that %s breaks neither another one nor a delivery", async (_how, broken) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      const { events, observe } = recorder();
      const last = recorder();
      await work(scripted("A"), [broken as Observer, observe], [broken as Observer, last.observe]);
      const id = await sent();
      await settledOf(last.events);
      expect(events.at(-1)).toMatchObject({ type: "settled", message: id, state: "sent" });
      await sleep(20);
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  test("a late result is told twice: by the chain when it comes, and by the worker with the state it gave", async () => {
    const { events, observe } = recorder();
    const slow: Provider = {
      id: "SLOW",
      async send({ id }, { envelope, handOver, signal }) {
        await handOver();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        await sleep(100);
        return receipt({ provider: "SLOW", messageId: `late-${id}`, accepted: envelope.to });
      },
    };
    await work(slow, [observe], [], 200);
    const message = await sent();
    const late = await until(
      () => events.filter(({ type }) => type === "late"),
      ({ length }) => length === 2,
    );
    const attempt = events.find(({ type }) => type === "attempt-start");
    const said = { message, provider: "SLOW", outcome: { success: true, messageId: `late-${message}` } };
    expect(late).toMatchObject([
      { ...said, attempt: (attempt as { attempt?: unknown }).attempt },
      { ...said, attempt: (attempt as { attempt?: unknown }).attempt, worker: "w1", state: "sent" },
    ]);
    expect(late[0]?.worker).toBeUndefined();
  });

  test("what fails in the background is told, too", async () => {
    const { events, observe } = recorder();
    const chain = createChain([scripted("A")], { observers: [observe] });
    const broken = { round: async () => Promise.reject(new Error("no such table")) };
    worker = createWorker(outbox, chain, { name: "w1", sources: [broken] });
    await worker.start();
    const [error] = await until(
      () => events,
      ({ length }) => length > 0,
    );
    expect(error).toMatchObject({
      type: "error",
      worker: "w1",
      during: "reading a table",
      error: "no such table",
    });
  });
});
