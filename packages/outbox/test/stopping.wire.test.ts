import { setTimeout as sleep } from "node:timers/promises";
import { createChain, type Provider } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { createWorker, type WorkerEvent } from "@relais/outbox";
import { describe, expect, test } from "vitest";
import { chainOf, having, mail, scripted, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

describe.each(stores)("the ends of a worker on %s", (_name, open) => {
  const w = working(open);
  const quickly = { baseMs: 200, capMs: 200 };

  test("one that could not start leaves nothing running", async () => {
    let asked = 0;
    const { database } = w.outbox;
    const outbox = having(w.outbox, {
      query: (text, values) => {
        asked += 1;
        return database.query(text, values);
      },
      listen: () => Promise.reject(new Error("too many clients")),
    });
    const events: WorkerEvent[] = [];
    const worker = createWorker(outbox, chainOf(w.first), {
      observers: [(event) => void events.push(event)],
    });
    await expect(worker.start()).rejects.toThrow("too many clients");
    expect(worker.status().state).toBe("stopped");
    const before = asked;
    await sleep(3_000);
    expect([asked - before, events]).toEqual([0, []]);
    await worker.stop();
  });

  test("what is claimed after it was told to go is put back, and it is gone in time", async () => {
    await w.worker.stop();
    const { database } = w.outbox;
    const claiming = Promise.withResolvers<void>();
    const outbox = having(w.outbox, {
      async query(text, values) {
        const rows = await database.query(text, values);
        if (!/set state = 'sending'/.test(text) || rows.length === 0) return rows as never;
        claiming.resolve();
        await sleep(300);
        return rows as never;
      },
    });
    const far = scripted("FAR", () => ({ delayMs: 5_000 }));
    const worker = createWorker(outbox, chainOf(far));
    await worker.start();
    const { id } = await w.outbox.enqueue(mail());
    await claiming.promise;
    const asked = Date.now();
    await worker.stop({ graceMs: 0 });
    expect(Date.now() - asked).toBeLessThan(900);
    expect([far.took, (await w.outbox.get(id))?.state]).toEqual([[], "queued"]);
  });

  test("a grace without an end is one", async () => {
    await w.worker.stop();
    const far = scripted("FAR", () => ({ delayMs: 500 }));
    const worker = createWorker(w.outbox, chainOf(far));
    await worker.start();
    const { id } = await w.outbox.enqueue(mail());
    await until(
      () => worker.status().busy,
      (busy) => busy === 1,
    );
    await worker.stop({ graceMs: Number.POSITIVE_INFINITY });
    expect((await w.outbox.get(id))?.state).toBe("sent");
  });

  test("what no provider took within the chain's deadline does not go before all others", async () => {
    await w.worker.stop();
    const far: Provider = {
      id: "FAR",
      async send({ id, subject }, { envelope, handOver }) {
        if (subject === "Slow") await new Promise(() => undefined);
        await handOver();
        return receipt({ provider: "FAR", messageId: id, accepted: envelope.to });
      },
    };
    const worker = createWorker(w.outbox, createChain([far], { policies: [], deadlineMs: 150 }), {
      concurrency: 2,
      backoff: quickly,
    });
    const [one] = await w.outbox.enqueueMany([
      { message: { ...mail("a@example.net"), subject: "Slow" } },
      { message: { ...mail("b@example.net"), subject: "Slow" } },
      { message: mail() },
    ]);
    await worker.start();
    await until(
      () => w.outbox.stats(),
      ({ byState }) => byState.sent === 1,
      2_000,
    );
    const slow = await w.outbox.get(one?.id ?? "");
    expect(slow?.deliveryTrace.attempts[0]).toMatchObject({ phase: "open" });
    await until(
      () => w.outbox.get(one?.id ?? ""),
      (message) => message?.state === "deferred",
    );
    await worker.stop();
  });
});
