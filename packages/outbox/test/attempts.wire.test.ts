import { breaker, createChain, type FailureKind, link } from "@relais/core";
import { createWorker } from "@relais/outbox";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { queueDue } from "../src/store/scheduling.ts";
import { mail, scripted, until } from "./scripted.ts";
import { stores } from "./stores.ts";
import { working } from "./working.ts";

const kinds = ["transient", "throttled", "misconfigured", "rejected"] as const satisfies FailureKind[];

describe.each(stores)("attempts on %s", (_name, open) => {
  const w = working(open);

  test("are the calls that were made, whatever else stands in the trace", async () => {
    await w.worker.stop();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...kinds), { minLength: 2, maxLength: 6 }),
        fc.array(fc.boolean(), { minLength: 3, maxLength: 6 }),
        async (acts, fits) => {
          await w.outbox.database.query("delete from relais.message");
          const calls = new Map<string, number>();
          const counted = (id: string) =>
            scripted(id, (message, nth) => {
              calls.set(message.id, (calls.get(message.id) ?? 0) + 1);
              return acts[nth] ?? "accept";
            });
          const small = {
            ...counted("SMALL"),
            limits: {
              refuses: ({ subject }: { subject: string }) => (subject === "big" ? "too large" : undefined),
            },
          };
          const rests = breaker({ minimumCalls: 1, resetMs: 60 });
          const chain = createChain([link(counted("RESTS"), rests), small], {
            policies: [],
            deadlineMs: 5_000,
          });
          const all = await w.outbox.enqueueMany(
            fits.map((isSmall) => ({ message: { ...mail(), subject: isSmall ? "small" : "big" } })),
          );
          const worker = createWorker(w.outbox, chain, {
            concurrency: 3,
            backoff: { baseMs: 20, capMs: 20 },
          });
          await worker.start();
          await until(
            async () => {
              // Nobody waits for the next round.
              if ((await queueDue(w.outbox.database)) > 0)
                await w.outbox.database.query("select pg_notify('relais_outbox', '')");
              return w.outbox.stats();
            },
            ({ byState }) => byState.sent + byState.failed === fits.length,
            15_000,
          );
          await worker.stop();
          for (const { id } of all) {
            const message = await w.outbox.get(id);
            const made = message?.deliveryTrace.attempts.filter(({ skipped }) => !skipped) ?? [];
            expect([message?.attempts, made.length]).toEqual([calls.get(id) ?? 0, calls.get(id) ?? 0]);
          }
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });

  test("that were not made are no reason to wait longer once one is", async () => {
    await w.worker.stop();
    const far = scripted("FAR", () => "transient");
    let rests = 3;
    // A provider that rests for a while: it is not asked.
    const chain = createChain(
      [
        link(far, (next) => async (message, context) => {
          rests -= 1;
          if (rests < 0) return next(message, context);
          return { success: false, provider: "FAR", kind: "skipped", reason: "it rests", retryAfterMs: 1 };
        }),
      ],
      { policies: [], deadlineMs: 5_000 },
    );
    w.worker = createWorker(w.outbox, chain, { backoff: { baseMs: 60_000 } });
    await w.worker.start();
    const { id } = await w.outbox.enqueue(mail());
    const deferred = await until(
      () => w.outbox.get(id),
      (message) => message?.state === "deferred" && message.attempts === 1,
    );
    const pauseMs = (deferred?.notBefore.getTime() ?? 0) - Date.now();
    expect(pauseMs).toBeGreaterThan(20_000);
    expect(pauseMs).toBeLessThanOrEqual(60_000);
    expect((await w.outbox.stats()).rescheduled).toBe(1);
  });
});
