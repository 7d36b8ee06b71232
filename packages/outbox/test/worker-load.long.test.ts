import { createWorker } from "@relais/outbox";
import { describe, expect, test } from "vitest";
import { chainOf, mail, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

describe.each(stores)("a worker under load on %s", (_name, open) => {
  const w = working(open);

  test("9 MB with attachments arrive as they were given", async () => {
    const content = Buffer.alloc(9_000_000, "attachment ");
    let got: Uint8Array | undefined;
    w.first.act = (message) => {
      got = message.attachments[0]?.content;
      return "accept";
    };
    const attachments = [{ filename: "big.bin", content }];
    const { id } = await w.outbox.enqueue({ ...mail(), attachments });
    await w.state(id, "sent");
    expect(Buffer.compare(Buffer.from(got ?? []), content)).toBe(0);
  }, 30_000);

  test("tenants are served in turn: a thousand of one do not hold up another's only one", async () => {
    await w.worker.stop();
    await w.outbox.enqueueMany(
      Array.from({ length: 1_000 }, () => ({ message: mail() })),
      { tenant: "big" },
    );
    w.worker = createWorker(w.outbox, chainOf(w.first), { concurrency: 2 });
    w.first.act = () => ({ delayMs: 5 });
    await w.worker.start();
    await until(
      () => w.first.took.length,
      (count) => count > 100,
    );
    const before = w.first.took.length;
    const { id } = await w.outbox.enqueue(mail(), { tenant: "small" });
    await w.state(id, "sent");
    expect(w.first.took.findIndex((one) => one.id === id) - before).toBeLessThan(40);
    await w.outbox.cancelMany({ tenant: "big" });
  }, 30_000);

  test("a slow message holds up nobody", async () => {
    const slow = Promise.withResolvers<void>();
    w.first.act = (message) => (message.text?.startsWith("slow") ? { until: slow.promise } : "accept");
    await w.outbox.enqueueMany([1, 2, 3].map(() => ({ message: { ...mail(), text: "slow" } })));
    await until(
      () => w.worker.status().busy,
      (busy) => busy === 3,
    );
    await w.outbox.enqueueMany(Array.from({ length: 50 }, () => ({ message: mail() })));
    await until(
      () => w.first.took.length,
      (count) => count >= 50,
    );
    slow.resolve();
    await until(
      () => w.first.took.length,
      (count) => count === 53,
    );
  });

  test("stopped under load, it finishes what is under way, and the rest is queued", async () => {
    w.first.act = () => ({ delayMs: 30 });
    await w.outbox.enqueueMany(Array.from({ length: 200 }, () => ({ message: mail() })));
    await until(
      () => w.first.took.length,
      (count) => count > 20,
    );
    await w.worker.stop();
    const { byState } = await w.outbox.stats();
    expect(byState).toMatchObject({ sending: 0, unknown: 0, sent: w.first.took.length });
    expect(byState.queued + byState.sent).toBe(200);
    expect(w.worker.status()).toMatchObject({ state: "stopped", busy: 0 });
  });

  test("what does not finish within the grace period is queued or unknown, as far as it had come", async () => {
    w.second.act = () => "stall";
    w.first.act = () => "transient";
    const { id } = await w.outbox.enqueue(mail());
    await until(
      () => w.second.took.length,
      (count) => count === 1,
    );
    const began = Date.now();
    await w.worker.stop({ graceMs: 2_000 });
    expect(Date.now() - began).toBeLessThan(3_000);
    expect(await w.outbox.get(id)).toMatchObject({
      state: "unknown",
      deliveryTrace: { attempts: [{ provider: "FIRST" }, { provider: "SECOND", kind: "unknown" }] },
    });
  });
});
