import { createWorker, type Outbox, type OutboxMessage, type Worker, type WorkerEvent } from "@relais/outbox";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { chainOf, type Scripted, scripted, until } from "./scripted.ts";
import { empty, type Store } from "./stores.ts";

/** What a test of a worker has to hand. */
export interface Working {
  outbox: Outbox;
  worker: Worker;
  events: WorkerEvent[];
  first: Scripted;
  second: Scripted;
  /** Waits until a message is in this state. */
  state(id: string, wanted: OutboxMessage["state"]): Promise<OutboxMessage>;
}

/** An empty outbox and a worker over a chain of two, new for each test. */
export function working(open: () => Promise<Store>): Working {
  let store: Store;
  const hands = {
    state: (id: string, wanted: OutboxMessage["state"]) =>
      until(
        () => hands.outbox.get(id),
        (message) => message?.state === wanted,
      ) as Promise<OutboxMessage>,
  } as Working;

  beforeAll(async () => {
    store = await open();
    hands.outbox = await store.outbox();
  }, 60_000);
  afterAll(async () => {
    await hands.outbox.close();
    await store.stop();
  });
  beforeEach(async () => {
    await empty(hands.outbox);
    hands.first = scripted("FIRST");
    hands.second = scripted("SECOND");
    hands.events = [];
    const { events } = hands;
    hands.worker = createWorker(hands.outbox, chainOf(hands.first, hands.second), {
      concurrency: 4,
      name: "w1",
      backoff: { baseMs: 400, capMs: 400 },
      observers: [(event) => void events.push(event)],
    });
    await hands.worker.start();
  });
  afterEach(async () => {
    await hands.worker.stop({ graceMs: 3_000 });
    // Nothing may fail in the background without anybody seeing it.
    expect(hands.events.filter(({ type }) => type === "error")).toEqual([]);
  });
  return hands;
}
