import { createWorker } from "@relais/outbox";
import { afterEach, describe, expect, test, vi } from "vitest";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

const hourMs = 3_600_000;

describe.each(stores)("a clock that steps, on %s", (_name, open) => {
  const w = working(open);
  afterEach(() => void vi.restoreAllMocks());

  /** From now on, by so much. */
  function step(what: "performance" | "Date", byMs: number): void {
    if (what === "performance") {
      const real = performance.now.bind(performance);
      vi.spyOn(performance, "now").mockImplementation(() => real() + byMs);
    } else {
      const real = Date.now.bind(Date);
      vi.spyOn(Date, "now").mockImplementation(() => real() + byMs);
    }
  }

  test.each([
    ["performance", -hourMs, 600_000],
    ["performance", hourMs, 5_000],
    ["performance", -hourMs, 5_000],
    ["Date", -hourMs, 600_000],
    ["Date", hourMs, 600_000],
  ] as const)(
    "%s by %i ms: a wait of %i ms stays one, and others are sent as quickly",
    async (what, byMs, retryAfterMs) => {
      await w.worker.stop();
      const far = scripted("FAR", (message) =>
        message.subject === "Later" ? { kind: "throttled", retryAfterMs } : "accept",
      );
      w.worker = createWorker(w.outbox, chainOf(far), { concurrency: 4 });
      await w.worker.start();
      await w.state((await w.outbox.enqueue(mail())).id, "sent");
      step(what, byMs);
      const { id } = await w.outbox.enqueue({ ...mail(), subject: "Later" });
      const began = performance.now();
      const { id: next } = await w.outbox.enqueue(mail("bob@example.net"), { expiresInMs: 10 * 86_400_000 });
      await w.state(next, "sent");
      expect(performance.now() - began).toBeLessThan(5_000);
      await w.state(id, "deferred");
      const [row] = await w.outbox.database.query<{ ms: number }>(
        "select (extract(epoch from not_before - clock_timestamp()) * 1000)::float8 as ms from relais.message where id = $1",
        [id],
      );
      expect(row?.ms).toBeLessThanOrEqual(retryAfterMs);
      expect(row?.ms).toBeGreaterThan(retryAfterMs - 5_000);
      await until(
        () => w.worker.status().busy,
        (busy) => busy === 0,
      );
    },
    30_000,
  );
});
