import { setTimeout as sleep } from "node:timers/promises";
import { createChain, type Provider } from "@relais/core";
import { failure, receipt } from "@relais/core/spi";
import { createWorker, type Outbox, type Worker, type WorkerEvent } from "@relais/outbox";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mail } from "./scripted.ts";
import { empty, type Store, stores } from "./stores.ts";

const parts = ["chain", "provider", "worker", "outbox"] as const;
type Part = (typeof parts)[number];

/** Takes a message in a few ms; closed, it says so, as the contract has it or as some do. */
function closable(kind: "cancelled" | "skipped") {
  let closed = false;
  const took = new Map<string, number>();
  const provider: Provider & { close(): Promise<void> } = {
    id: "FAR",
    async send({ id }, { envelope, handOver }) {
      if (closed) return failure({ provider: "FAR", kind, reason: "the provider is closed" });
      await sleep(2);
      await handOver();
      took.set(id, (took.get(id) ?? 0) + 1);
      return receipt({ provider: "FAR", messageId: id, accepted: envelope.to });
    },
    async close() {
      closed = true;
    },
  };
  return { provider, took };
}

describe.each(stores)("parts that are closed under load, on %s", (name, open) => {
  let store: Store;
  beforeAll(async () => {
    store = await open();
  }, 60_000);
  afterAll(() => store.stop());

  test("in any order: nothing is lost, nothing failed, and what is left is sent by the next worker", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...parts], { minLength: 4, maxLength: 4 }),
        fc.constantFrom("cancelled", "skipped"),
        fc.boolean(),
        async (order: Part[], kind, together) => {
          const outbox: Outbox = await store.outbox();
          await empty(outbox);
          const { provider, took } = closable(kind);
          const chain = createChain([provider]);
          const worker: Worker = createWorker(outbox, chain, { concurrency: 5 });
          const many = 150;
          await outbox.enqueueMany(
            Array.from({ length: many }, (_, i) => ({ message: mail(`p${i}@example.net`) })),
          );
          await worker.start();
          while (took.size < 20) await sleep(5);
          const ends: Record<Part, () => Promise<void>> = {
            chain: () => chain.close(),
            provider: () => provider.close(),
            worker: () => worker.stop({ graceMs: 5_000 }),
            outbox: () => outbox.close(),
          };
          if (together) await Promise.all(order.map((part) => ends[part]()));
          else {
            for (const part of order) {
              await ends[part]();
              await sleep(30);
            }
          }
          expect(worker.status()).toMatchObject({ state: "stopped", busy: 0 });
          const next = await store.outbox();
          const { byState } = await next.stats();
          expect(byState).toMatchObject({ failed: 0, expired: 0, cancelled: 0, unknown: 0, sending: 0 });
          expect(byState.sent + byState.queued + byState.deferred).toBe(many);
          expect([byState.sent, [...took.values()].every((times) => times === 1)]).toEqual([took.size, true]);
          await next.database.query("update relais.message set not_before = now() where state = 'deferred'");
          const second = closable(kind);
          await using other = createWorker(next, createChain([second.provider]), { concurrency: 20 });
          await other.start();
          const end = Date.now() + 20_000;
          while ((await next.stats()).byState.sent < many && Date.now() < end) await sleep(20);
          expect((await next.stats()).byState.sent).toBe(many);
          await next.close();
        },
      ),
      { numRuns: name === "PGlite" ? 4 : 8, endOnFailure: true },
    );
  }, 180_000);

  test("a chain that is closed for long is asked seldom, told of once, and nothing of the queue is touched", async () => {
    await using outbox = await store.outbox();
    await empty(outbox);
    const events: WorkerEvent[] = [];
    const { provider } = closable("skipped");
    const chain = createChain([provider]);
    await chain.close();
    let asked = 0;
    const counting: Pick<typeof chain, "send"> = {
      send(...given) {
        asked += 1;
        return chain.send(...given);
      },
    };
    await outbox.enqueueMany(Array.from({ length: 300 }, (_, i) => ({ message: mail(`p${i}@example.net`) })));
    const worker = createWorker(outbox, counting, { observers: [(event) => void events.push(event)] });
    await worker.start();
    await sleep(2_500);
    await worker.stop();
    expect((await outbox.stats()).byState).toMatchObject({ queued: 300, failed: 0, deferred: 0 });
    expect(asked).toBeLessThan(60);
    const errors = events.filter((event) => event.type === "error");
    expect(errors).toMatchObject([{ error: expect.stringContaining("the chain takes no messages") }]);
    const [{ attempts } = { attempts: -1 }] = await outbox.list({ limit: 1 });
    expect(attempts).toBe(0);
  }, 60_000);

  test("the database is closed by whoever owns it: a worker stops at once, and what it had is not lost", async () => {
    const outbox = await store.outbox();
    await empty(outbox);
    const { provider } = closable("skipped");
    const worker = createWorker(outbox, createChain([provider]));
    await outbox.enqueueMany(Array.from({ length: 100 }, (_, i) => ({ message: mail(`p${i}@example.net`) })));
    await worker.start();
    await sleep(50);
    await outbox.database.close();
    const asked = Date.now();
    await worker.stop();
    expect(Date.now() - asked).toBeLessThan(6_000);
    await using next = await store.outbox();
    const { byState } = await next.stats();
    expect(byState).toMatchObject({ failed: 0, expired: 0, cancelled: 0 });
    expect(Object.values(byState).reduce((sum, one) => sum + one)).toBe(100);
  }, 60_000);

  test("await using ends a worker and its outbox", async () => {
    let worker: Worker;
    {
      await using outbox = await store.outbox();
      await using own = createWorker(outbox, createChain([closable("skipped").provider]));
      await own.start();
      worker = own;
    }
    expect(worker.status().state).toBe("stopped");
    const again = await store.outbox();
    await Promise.all([again.close(), again.close()]);
  }, 60_000);
});
