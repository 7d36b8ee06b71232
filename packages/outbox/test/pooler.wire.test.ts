import { createOutbox, createWorker, type Outbox, type WorkerEvent } from "@relais/outbox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { type Pooler, pgbouncer } from "./pgbouncer.ts";
import { chainOf, scripted, until } from "./scripted.ts";
import { sharedPostgres } from "./shared-postgres.ts";

const there = needs("postgres") && needs("pgbouncer");

describe.runIf(there)("behind a PgBouncer whose two sessions are anybody's", () => {
  let pooler: Pooler;
  let outbox: Outbox;

  beforeAll(async () => {
    const server = await sharedPostgres();
    pooler = await pgbouncer(server.url, 2);
    outbox = await createOutbox({
      database: pooler.through(await server.database()),
      from: "shop@example.org",
    });
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await pooler.stop();
  });

  test("two workers send all, once, and nothing goes wrong", async () => {
    const errors: WorkerEvent[] = [];
    const provider = scripted("FIRST");
    const workers = ["a", "b"].map((name) =>
      createWorker(outbox, chainOf(provider), {
        name,
        concurrency: 10,
        observers: [(event) => void (event.type === "error" && errors.push(event))],
      }),
    );
    await Promise.all(workers.map((worker) => worker.start()));
    await outbox.enqueueMany(
      Array.from({ length: 300 }, (_, n) => ({
        message: { to: `${n}@example.net`, subject: "Hello", text: "Hello.\n" },
      })),
    );
    const { byState } = await until(
      () => outbox.stats(),
      (stats) => stats.byState.sent === 300,
    );
    expect(byState).toMatchObject({ queued: 0, sending: 0, unknown: 0, failed: 0 });
    expect(provider.took).toHaveLength(300);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(errors).toEqual([]);
  }, 30_000);
});
