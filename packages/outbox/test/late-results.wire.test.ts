import { setTimeout as sleep } from "node:timers/promises";
import { createChain, type Provider } from "@relais/core";
import { type FailureKind, failure, receipt } from "@relais/core/spi";
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
    worker = createWorker(over, createChain([slow(lateMs)], { policies: [], deadlineMs: abortMs }), {
      name: "w2",
    });
    await worker.start();
  };

  test.each([26, 30, 40, 80, 200, 500])(
    "%i ms after the end of the attempt settles the message, wherever its own end is at that moment",
    async (lateMs) => {
      await started(slowly(/kind = i\.kind/, 100), lateMs);
      const { id } = await w.outbox.enqueue(mail());
      const sent = await w.state(id, "sent");
      expect(sent).toMatchObject({ provider: "SLOW", providerMessageId: `late-${id}`, attempts: 1 });
      expect(sent.deliveryTrace).toMatchObject({
        attempts: [{ kind: "unknown" }, { success: true, late: true }],
        resolution: { by: "late-answer", as: "sent" },
      });
    },
  );

  /** Takes the first, and says so when it is told to; says `kind` to the second after a while. */
  const twice = (kind: FailureKind) => {
    const second = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    let calls = 0;
    const provider: Provider = {
      id: "SLOW",
      async send(message, context) {
        calls += 1;
        if (calls === 1) {
          const outcome = await slow(0).send(message, context);
          await answer.promise;
          return outcome;
        }
        second.resolve();
        await sleep(200);
        const again = kind === "deferred" ? { retryAfterMs: 10_000 } : {};
        return failure({ provider: "SLOW", kind, reason: "not this time", ...again });
      },
    };
    return { provider, second: second.promise, answer: answer.resolve };
  };

  test.each([
    ["was refused", "rejected", "failed", 60_000],
    ["is being sent again, and refused then", "rejected", undefined, 60_000],
    ["has expired", "deferred", "expired", 8_000],
    ["was cancelled", "deferred", "cancelled", 60_000],
  ] as const)(
    "of a message that meanwhile %s says that it was sent",
    async (_, kind, before, expiresInMs) => {
      await w.worker.stop();
      const { provider, second, answer } = twice(kind);
      const chain = createChain([provider], { policies: [], deadlineMs: 2 * abortMs });
      worker = createWorker(w.outbox, chain, { name: "w2", backoff: { baseMs: 50, capMs: 50 } });
      await worker.start();
      const { id } = await w.outbox.enqueue(mail(), { onUnknown: "resend", expiresInMs });
      await second;
      if (before === "cancelled") {
        await w.state(id, "deferred");
        expect(await w.outbox.cancel(id)).toBe(true);
      }
      if (before !== undefined) await w.state(id, before);
      answer();
      const sent = await w.state(id, "sent");
      expect(sent).toMatchObject({ provider: "SLOW", providerMessageId: `late-${id}`, rejected: [] });
      expect(sent.accepted).toEqual(["ann@example.net"]);
      // A late answer is to a call that was counted when it was made.
      expect(sent.attempts).toBe(2);
      expect(sent.deliveryTrace).toMatchObject({
        attempts: [{ kind: "unknown" }, { kind }, { success: true, late: true }],
        resolution: { by: "late-answer", as: "sent" },
      });
    },
  );

  test("to a message that has bounced since changes nothing: the event has settled it", async () => {
    await w.worker.stop();
    const { provider, answer } = twice("rejected");
    const chain = createChain([provider], { policies: [], deadlineMs: 2 * abortMs });
    worker = createWorker(w.outbox, chain, { name: "w2" });
    await worker.start();
    const { id } = await w.outbox.enqueue(mail());
    await w.state(id, "unknown");
    await w.outbox.feedback.record([
      {
        type: "bounced",
        bounce: "soft",
        recipient: "ann@example.net",
        provider: "SLOW",
        source: "dsn",
        eventId: "1",
        message: id,
        at: Date.now(),
      },
    ]);
    const { deliveryTrace } = await w.state(id, "failed");
    expect(deliveryTrace.resolution).toMatchObject({ by: "event", as: "failed" });
    answer();
    const told = await until(
      () => w.outbox.get(id),
      (message) => message?.deliveryTrace.attempts.at(-1)?.success === true,
    );
    expect(told).toMatchObject({ state: "failed", accepted: [], rejected: [{ kind: "bounced" }] });
    expect(told?.deliveryTrace.resolution).toEqual(deliveryTrace.resolution);
  });

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
