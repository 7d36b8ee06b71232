import { setTimeout as sleep } from "node:timers/promises";
import { createChain, type Provider } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { createWorker, type Outbox, type Worker } from "@relais/outbox";
import { afterEach, describe, expect, test } from "vitest";
import { having, mail, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

const abortMs = 300;

/** Takes the message, and says so only a while after it was given up. */
const slow = (lateMs: number): Provider => ({
  id: "SLOW",
  async send({ id }, { envelope, handOver, signal }) {
    await handOver();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    await sleep(lateMs);
    return receipt({ provider: "SLOW", messageId: `late-${id}`, accepted: envelope.to });
  },
});

describe.each(stores)("an answer that comes late on %s", (_name, open) => {
  const w = working(open);
  let worker: Worker | undefined;
  afterEach(async () => {
    await worker?.stop({ graceMs: 2_000 });
    worker = undefined;
  });

  /** The outbox, whose statements of this kind take a while, or fail. */
  const slowly = (kind: RegExp, pauseMs: number, refuses = false): Outbox => {
    const { database } = w.outbox;
    const query: typeof database.query = async (text, values) => {
      if (kind.test(text)) {
        await sleep(pauseMs);
        if (refuses) throw Object.assign(new Error("no"), { code: "23514" });
      }
      return database.query(text, values);
    };
    return having(w.outbox, { query });
  };
  const started = async (over: Outbox, lateMs: number): Promise<void> => {
    await w.worker.stop();
    worker = createWorker(over, createChain([slow(lateMs)], { deadlineMs: abortMs }), { name: "w2" });
    await worker.start();
  };

  test.each([26, 30, 40, 80, 200, 500])(
    "%i ms after the end of the attempt settles the message, wherever its own end is at that moment",
    async (lateMs) => {
      await started(slowly(/kind = i\.kind/, 100), lateMs);
      const { id } = await w.outbox.enqueue(mail());
      const sent = await w.state(id, "sent");
      expect(sent).toMatchObject({ provider: "SLOW", providerMessageId: `late-${id}` });
      expect(sent.deliveryTrace).toMatchObject({
        attempts: [{ kind: "unknown" }, { success: true, late: true }],
        resolution: { by: "late-answer", as: "sent" },
      });
    },
  );

  test("to an attempt whose end could not be written is found by whoever takes the message up", async () => {
    await started(slowly(/kind = i\.kind/, 0, true), 100);
    const { id } = await w.outbox.enqueue(mail());
    const sent = await until(
      () => w.outbox.get(id),
      (message) => message?.state === "sent",
    );
    expect(sent).toMatchObject({ provider: "SLOW", deliveryTrace: { attempts: [{ success: true }] } });
  });
});
