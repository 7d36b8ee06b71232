import { createWorker, type MessageFilter, type Outbox, type State } from "@relais/outbox";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { empty, type Store, stores } from "./stores.ts";

const hour = 3_600_000;

describe.each(stores)("a message with a time to come, on %s", (_name, open) => {
  let store: Store;
  let outbox: Outbox;
  beforeAll(async () => {
    store = await open();
    outbox = await store.outbox();
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await store.stop();
  });
  beforeEach(() => empty(outbox));

  const inAnHour = () => ({ sendAt: new Date(Date.now() + hour) });
  const found = async (state: MessageFilter["state"]): Promise<Record<string, State>> =>
    Object.fromEntries((await outbox.list({ state })).map((one) => [one.id, one.state]));

  test("is scheduled: in lists, filters, counts; one that is tried again is deferred", async () => {
    const { id: scheduled } = await outbox.enqueue(mail(), inAnHour());
    const { id: plain } = (
      await outbox.database.query<{ id: string }>(
        `insert into relais.message (content, not_before)
         values ('{"to": "ann@example.net"}', now() + interval '1 hour') returning id::text`,
      )
    )[0] as { id: string };
    const { id: deferred } = await outbox.enqueue(mail());
    const far = scripted("FAR", () => ({ kind: "transient", retryAfterMs: hour }));
    const worker = createWorker(outbox, chainOf(far));
    await worker.start();
    await until(
      () => outbox.get(deferred),
      (one) => one?.state === "deferred",
    );
    await worker.stop();
    const { id: queued } = await outbox.enqueue(mail());
    const all = {
      [scheduled]: "scheduled",
      [plain]: "scheduled",
      [deferred]: "deferred",
      [queued]: "queued",
    };
    expect(await found(undefined)).toEqual(all);
    const only = (...states: State[]) =>
      Object.fromEntries(Object.entries(all).filter(([, state]) => states.includes(state as State)));
    for (const states of [
      ["scheduled"],
      ["deferred"],
      ["queued"],
      ["scheduled", "deferred"],
      ["scheduled", "queued"],
      ["deferred", "queued"],
      ["sent", "scheduled"],
      ["sent"],
    ] as State[][])
      expect(await found(states), states.join()).toEqual(only(...states));
    expect((await outbox.stats()).byState).toMatchObject({ scheduled: 2, deferred: 1, queued: 1 });
    expect((await outbox.stats()).rescheduled).toBe(1);
    expect(await outbox.cancelMany({ state: "deferred" })).toEqual([deferred]);
    expect(await outbox.cancelMany({ state: "scheduled" })).toEqual([scheduled, plain].sort());
    expect((await outbox.stats()).byState).toMatchObject({ scheduled: 0, deferred: 0, cancelled: 3 });
  });

  test("is sent at its time, and deferred once that has failed", async () => {
    const { id } = await outbox.enqueue(mail(), { sendAt: new Date(Date.now() + 1_000) });
    expect((await outbox.get(id))?.state).toBe("scheduled");
    const far = scripted("FAR", (_, nth) =>
      nth === 1 ? { kind: "transient", retryAfterMs: 500 } : "accept",
    );
    const seen = new Set<State | undefined>();
    const worker = createWorker(outbox, chainOf(far), { backoff: { baseMs: 300 } });
    await worker.start();
    await until(
      () => outbox.get(id),
      (one) => seen.add(one?.state).has("sent"),
    );
    expect([...seen].filter((state) => state !== "sending" && state !== "queued")).toEqual([
      "scheduled",
      "deferred",
      "sent",
    ]);
    await worker.stop();
    expect((await outbox.stats()).byState).toMatchObject({ scheduled: 0, sent: 1 });
  });
});
