import { createOutbox, createWorker, type Outbox, type WorkerEvent } from "@relais/outbox";
import fc from "fast-check";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { withQueryTimeout } from "../src/database/with-timeout.ts";
import { queueDue } from "../src/store/scheduling.ts";
import { type BreakingWay, breakingWay } from "./breaking-way.ts";
import { type PostgresServer, postgresServer } from "./postgres-server.ts";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { empty } from "./stores.ts";

describe.runIf(needs("postgres"))("a database that is not heard of any more, without a word", () => {
  let server: PostgresServer;
  let url: string;
  let straight: Outbox;
  let way: BreakingWay;
  let outbox: Outbox;
  let events: WorkerEvent[];
  beforeAll(async () => {
    server = await postgresServer();
    url = await server.database();
    straight = await createOutbox({ database: url, from: "shop@example.org" });
  }, 30_000);
  afterAll(async () => {
    await straight.close();
    await server.stop();
  });
  beforeEach(async () => {
    await empty(straight);
    way = await breakingWay(Number(new URL(url).port));
    outbox = await createOutbox({ database: overWay() });
    events = [];
  });
  afterEach(() => way.close());

  const overWay = (): string => Object.assign(new URL(url), { port: String(way.port) }).href;
  const working = async (far: ReturnType<typeof scripted>) => {
    const worker = createWorker(outbox, chainOf(far), {
      queryTimeoutMs: 1_000,
      backoff: { baseMs: 100, capMs: 100 },
      observers: [(event) => void events.push(event)],
    });
    await worker.start();
    return worker;
  };

  test("connections that went silent are given up, and the worker goes on over others", async () => {
    const far = scripted("FAR");
    const worker = await working(far);
    const before = await straight.enqueue(mail());
    await until(
      () => straight.get(before.id),
      (message) => message?.state === "sent",
    );
    way.silence();
    await straight.enqueueMany(
      Array.from({ length: 50 }, (_, i) => ({ message: mail(`p${i}@example.net`) })),
    );
    await until(
      () => straight.stats(),
      ({ byState }) => byState.sent === 51,
    );
    expect(far.took).toHaveLength(51);
    // Others may have done the work before the silent ones are given up.
    await until(
      async () => events.some((event) => event.type === "error" && event.error === "Query read timeout"),
      (isTold) => isTold,
    );
    await worker.stop();
    await outbox.close();
  }, 30_000);

  /** So many connections that have been used, and are idle. */
  const warm = async ({ database }: Outbox, count: number): Promise<void> => {
    await Promise.all(Array.from({ length: count }, () => database.query("select pg_sleep(0.1)")));
  };

  test("of any number that fell silent while they were idle the first that is asked makes the others suspect", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 10 }),
        fc.boolean(),
        fc.constantFrom("query", "prepared", "transaction"),
        async (count, isGiven, kind) => {
          const pool = new pg.Pool({ connectionString: overWay(), max: count });
          const own = await createOutbox({ database: isGiven ? pool : overWay(), connections: count });
          const { database } = own;
          const limitMs = 1_000;
          const ask = (): Promise<unknown> =>
            kind === "query"
              ? database.query("select 1", [], limitMs)
              : kind === "prepared"
                ? queueDue(withQueryTimeout(database, limitMs))
                : database.transaction((tx) => tx.query("select 1"), limitMs);
          await warm(own, count);
          way.silence();
          await expect(ask()).rejects.toThrow("Query read timeout");
          const began = Date.now();
          // One after the other, and side by side.
          await ask();
          await Promise.all(Array.from({ length: 2 * count }, ask));
          expect(Date.now() - began).toBeLessThan(limitMs);
          await own.close();
          await pool.end();
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
    await outbox.close();
  }, 60_000);

  test("mail flows within about one time limit after the way is well again, however many connections were warm", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: 10 }), fc.boolean(), async (count, isGiven) => {
        await empty(straight);
        const pool = new pg.Pool({
          connectionString: overWay(),
          max: count,
          connectionTimeoutMillis: 10_000,
        });
        const own = await createOutbox({ database: isGiven ? pool : overWay(), connections: count });
        const far = scripted("FAR");
        const worker = createWorker(own, chainOf(far), { queryTimeoutMs: 2_000 });
        await worker.start();
        await warm(own, count);
        way.silence();
        await straight.enqueueMany(
          Array.from({ length: 30 }, (_, i) => ({ message: mail(`p${i}@example.net`) })),
        );
        await until(
          () => straight.stats(),
          ({ byState }) => byState.sent === 30,
          5_000,
        );
        expect(far.took).toHaveLength(30);
        await worker.stop();
        await own.close();
        await pool.end();
      }),
      { numRuns: 4, endOnFailure: true },
    );
    await outbox.close();
  }, 90_000);

  test("somebody in a transaction who is not heard of any more holds nothing locked", async () => {
    const { id } = await straight.enqueue(mail());
    const held = outbox.database.transaction(async (tx) => {
      await tx.query("select 1 from relais.message where id = $1 for update", [id]);
      way.silence("all");
      await tx.query("select 1");
    }, 1_000);
    await expect(held).rejects.toThrow("Query read timeout");
    await until(
      () => straight.cancel(id),
      (done) => done,
      14_000,
    );
    await outbox.close();
  }, 30_000);

  test("a connection of a given pool that breaks while it is lent ends no process", async () => {
    const pool = new pg.Pool({ connectionString: overWay() });
    pool.on("error", () => undefined);
    // Made before the outbox has the pool.
    await pool.query("select 1");
    const given = await createOutbox({ database: pool, migrate: false });
    const work = given.database.transaction(async (tx) => {
      await tx.query("select 1");
      way.cut();
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    await expect(work).rejects.toThrow();
    await given.close();
    await pool.end();
    await outbox.close();
  });

  test("a worker stops in the time that it is given, and says what others will see to", async () => {
    const far = scripted("FAR", () => ({ delayMs: 500 }));
    const worker = await working(far);
    await straight.enqueueMany(Array.from({ length: 5 }, (_, i) => ({ message: mail(`p${i}@example.net`) })));
    await until(
      () => worker.status().busy,
      (busy) => busy === 5,
    );
    way.silence("all");
    const asked = Date.now();
    await Promise.all([worker.stop({ graceMs: 2_000 }), worker.stop({ graceMs: 2_000 })]);
    await outbox.close();
    expect(Date.now() - asked).toBeLessThan(5_500);
    expect(worker.status().state).toBe("stopped");
    expect(events.filter((event) => event.type === "error" && event.during === "stopping")).toMatchObject([
      { error: "the database does not answer; what was under way is recovered by others" },
    ]);
  }, 30_000);
});
