import { setTimeout as sleep } from "node:timers/promises";
import type { Provider } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { createWorker } from "@relais/outbox";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chainOf, mail, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

/** Says how much it has at once. */
function measuring() {
  let now = 0;
  const seen = { most: 0, mostBytes: 0, sent: 0 };
  let bytes = 0;
  const provider: Provider = {
    id: "FAR",
    async send({ id, contentBytes }, { envelope, handOver }) {
      now += 1;
      bytes += contentBytes;
      seen.most = Math.max(seen.most, now);
      seen.mostBytes = Math.max(seen.mostBytes, bytes);
      await handOver();
      await sleep(15);
      now -= 1;
      bytes -= contentBytes;
      seen.sent += 1;
      return receipt({ provider: "FAR", messageId: id, accepted: envelope.to });
    },
  };
  return { provider, seen };
}

describe.each(stores)("bytes under way, on %s", (name, open) => {
  const w = working(open);

  test("are never more than allowed, but for one that is larger and goes alone; and all are sent", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(10, 2_000, 30_000, 60_000, 200_000), { minLength: 10, maxLength: 30 }),
        fc.boolean(),
        async (sizes, inText) => {
          await w.worker.stop();
          await w.outbox.database.query("delete from relais.message");
          for (const [i, size] of sizes.entries()) {
            const content = "x".repeat(size);
            const body = inText ? { text: content } : { attachments: [{ filename: "a", content }] };
            await w.outbox.enqueue({ ...mail(`p${i}@example.net`), ...body });
          }
          const { provider, seen } = measuring();
          const maxBytesInFlight = 100_000;
          w.worker = createWorker(w.outbox, chainOf(provider), { concurrency: 20, maxBytesInFlight });
          await w.worker.start();
          await until(
            () => seen.sent,
            (sent) => sent === sizes.length,
            20_000,
          );
          await w.worker.stop();
          const largest = Math.max(...sizes);
          expect(seen.mostBytes).toBeLessThanOrEqual(Math.max(maxBytesInFlight, largest + 100));
        },
      ),
      { numRuns: name === "PGlite" ? 3 : 5, endOnFailure: true },
    );
  }, 120_000);

  test("do not keep small messages from going together", async () => {
    await w.worker.stop();
    await w.outbox.enqueueMany(
      Array.from({ length: 60 }, (_, i) => ({ message: mail(`p${i}@example.net`) })),
    );
    const { provider, seen } = measuring();
    w.worker = createWorker(w.outbox, chainOf(provider), { concurrency: 20 });
    await w.worker.start();
    await until(
      () => seen.sent,
      (sent) => sent === 60,
      20_000,
    );
    expect(seen.most).toBe(20);
  }, 60_000);
});
