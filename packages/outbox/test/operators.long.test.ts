import { setTimeout as sleep } from "node:timers/promises";
import { createWorker, type Outbox } from "@relais/outbox";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

type Command = (outbox: Outbox) => Promise<readonly string[]>;

const by = "ann";
const commands: Readonly<Record<string, Command>> = {
  resend: (outbox) => outbox.resendMany({ state: ["unknown", "failed"] }, { by }),
  "resend, some": (outbox) => outbox.resendMany({ state: "unknown" }, { by, limit: 60 }),
  "resolve as sent": (outbox) => outbox.resolve({}, { by, as: "sent" }),
  "resolve as failed": (outbox) => outbox.resolve({ state: "unknown" }, { by, as: "failed" }),
  cancel: (outbox) => outbox.cancelMany({ state: ["queued", "deferred"] }),
};

describe.each(stores)("an operator's command beside a worker, on %s", (name, open) => {
  const w = working(open);
  const many = name === "PGlite" ? 150 : 600;

  test("does what it does to each message once, though answers are lost again at once", async () => {
    await w.worker.stop();
    // So many are handed over and lost again while the command is at work.
    const far = scripted("FAR", () => "unknown");
    await w.outbox.enqueueMany(
      Array.from({ length: many }, (_, i) => ({ message: mail(`p${i}@example.net`) })),
    );
    w.worker = createWorker(w.outbox, chainOf(far), { concurrency: 50 });
    await w.worker.start();
    const unknown = (): Promise<number> => w.outbox.stats().then(({ byState }) => byState.unknown);
    await until(unknown, (count) => count === many, 60_000);
    const ids = await w.outbox.resendMany({ state: "unknown" }, { by });
    expect([ids.length, new Set(ids).size]).toEqual([many, many]);
    await until(
      () => far.took.length,
      (count) => count >= 2 * many,
      60_000,
    );
    await until(unknown, (count) => count === many, 60_000);
    await sleep(300);
    const copies = Map.groupBy(far.took, ({ id }) => id);
    expect(Math.max(...[...copies.values()].map(({ length }) => length))).toBe(2);
  }, 120_000);

  test("ends, though what it puts back fails faster than it goes on", async () => {
    await w.worker.stop();
    const far = scripted("FAR", () => "refused");
    await w.outbox.enqueueMany(
      Array.from({ length: many }, (_, i) => ({ message: mail(`p${i}@example.net`) })),
    );
    w.worker = createWorker(w.outbox, chainOf(far), { concurrency: 50 });
    await w.worker.start();
    await until(
      () => w.outbox.stats(),
      ({ byState }) => byState.failed === many,
      60_000,
    );
    const steps: number[] = [];
    const ids = await w.outbox.resendMany(
      { state: "failed" },
      { by, onProgress: (done) => void steps.push(done) },
    );
    expect([ids.length, steps.at(-1)]).toEqual([many, many]);
  }, 120_000);

  test("in any order with others, at the same time: no message twice by one of them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...Object.keys(commands)), { minLength: 2, maxLength: 4 }),
        fc.array(fc.constantFrom("unknown", "refused", "accept", "transient"), {
          minLength: 1,
          maxLength: 5,
        }),
        async (names, acts) => {
          await w.worker.stop();
          await w.outbox.database.query("delete from relais.message");
          const far = scripted("FAR", (_, nth) => acts[nth % acts.length] as "accept");
          const count = 80;
          await w.outbox.enqueueMany(
            Array.from({ length: count }, (_, i) => ({ message: mail(`p${i}@example.net`) })),
          );
          w.worker = createWorker(w.outbox, chainOf(far), {
            concurrency: 20,
            backoff: { baseMs: 20, capMs: 20 },
          });
          await w.worker.start();
          const done = await Promise.all(names.map((one) => commands[one]?.(w.outbox)));
          for (const ids of done) expect(new Set(ids).size).toBe(ids?.length);
          await w.worker.stop();
          const { byState } = await w.outbox.stats();
          expect(Object.values(byState).reduce((sum, one) => sum + one)).toBe(count);
          expect(byState.sending).toBe(0);
          // Each hand-over more than the first was an operator's.
          const resends = done.flatMap((ids, i) => (names[i]?.startsWith("resend") ? (ids ?? []) : []));
          const handed = far.took.length;
          expect(handed).toBeLessThanOrEqual(count + resends.length);
        },
      ),
      { numRuns: name === "PGlite" ? 3 : 8, endOnFailure: true },
    );
  }, 120_000);

  test("purge deletes what was over when it began, and ends", async () => {
    await w.worker.stop();
    await w.outbox.enqueueMany(
      Array.from({ length: many }, (_, i) => ({ message: mail(`p${i}@example.net`) })),
    );
    w.worker = createWorker(w.outbox, chainOf(scripted("FAR")), { concurrency: 20 });
    await w.worker.start();
    let more = true;
    const feeding = (async () => {
      while (more) {
        await w.outbox.enqueueMany([{ message: mail() }, { message: mail() }, { message: mail() }]);
        await sleep(2);
      }
    })();
    await until(
      () => w.outbox.stats(),
      ({ byState }) => byState.sent > many / 2,
      60_000,
    );
    expect(await w.outbox.purge({ batch: 1 })).toBeGreaterThan(0);
    more = false;
    await feeding;
  }, 120_000);
});
