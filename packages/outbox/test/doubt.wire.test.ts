import { setTimeout as sleep } from "node:timers/promises";
import type { Provider } from "@relais/core";
import { receipt } from "@relais/core/spi";
import { createOutbox, createWorker, type Outbox } from "@relais/outbox";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { chainOf, having, mail, scripted, until } from "./scripted.ts";
import { sharedPostgres } from "./shared-postgres.ts";
import { empty } from "./stores.ts";

describe.runIf(needs("postgres"))("while nobody knows what the database has done", () => {
  let pool: pg.Pool;
  let outbox: Outbox;
  let far: ReturnType<typeof scripted>;
  beforeAll(async () => {
    const server = await sharedPostgres();
    pool = new pg.Pool({ connectionString: await server.database("migrated") });
    // Its connections end a moment after it, and the server may be faster.
    pool.on("error", () => undefined);
    outbox = await createOutbox({ database: pool, from: "shop@example.org" });
  }, 30_000);
  afterAll(async () => {
    await outbox.close();
    await pool.end();
  });
  beforeEach(async () => {
    await empty(outbox);
    far = scripted("FAR");
  });
  let ending: (() => Promise<void>) | undefined;
  afterEach(() => ending?.());

  const started = async (over: Outbox, provider: Provider): Promise<void> => {
    const worker = createWorker(over, chainOf(provider), { backoff: { baseMs: 100, capMs: 100 } });
    ending = () => worker.stop({ graceMs: 2_000 });
    await worker.start();
  };

  /** The outbox, of which the answer to the first statement of this kind is lost, after it was done. */
  const losingAnswer = (kind: RegExp): Outbox => {
    const { database } = outbox;
    let lost = false;
    const query: typeof database.query = async <T extends object>(
      text: string,
      values?: readonly unknown[],
    ) => {
      const rows = await database.query<T>(text, values);
      if (lost || !kind.test(text) || rows.length === 0) return rows;
      lost = true;
      throw new Error("Connection terminated unexpectedly");
    };
    return having(outbox, { query });
  };

  test.each([
    ["a hand-over was written down", /insert into relais\.attempt/],
    ["messages were claimed", /set state = 'sending'/],
    ["an end was written", /delivery_trace = jsonb_strip_nulls/],
  ])(
    "%s, and the answer was lost: it is sent, once",
    async (_what, kind) => {
      await started(losingAnswer(kind), far);
      const { id } = await outbox.enqueue(mail());
      const sent = await until(
        () => outbox.get(id),
        (message) => message?.state === "sent",
        15_000,
      );
      expect(sent?.provider).toBe("FAR");
      expect(far.took).toHaveLength(1);
      const open = await outbox.database.query("select 1 from relais.attempt where kind is null");
      expect(open).toEqual([]);
    },
    20_000,
  );

  test("one that is being recovered from a worker is not handed over by it", async () => {
    const ready = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const took: string[] = [];
    await started(outbox, {
      id: "SLOW",
      async send({ id }, { envelope, handOver }) {
        ready.resolve();
        await go.promise;
        await handOver();
        took.push(id);
        return receipt({ provider: "SLOW", messageId: id, accepted: envelope.to });
      },
    });
    const { id } = await outbox.enqueue(mail());
    await ready.promise;
    // As another worker would, that has seen the lease lapse: it has looked at the journal, and not committed yet.
    const other = await pool.connect();
    await other.query("begin");
    await other.query("select 1 from relais.message where id = $1 for update", [id]);
    await other.query("update relais.attempt set kind = 'cancelled' where message = $1 and kind is null", [
      id,
    ]);
    await other.query("update relais.message set state = 'queued', worker_id = null where id = $1", [id]);
    go.resolve();
    await sleep(300);
    expect(took).toEqual([]);
    await other.query("commit");
    other.release();
    await until(
      () => outbox.get(id),
      (message) => message?.state === "sent",
      10_000,
    );
    expect(took).toHaveLength(1);
  }, 20_000);

  test("a claim that the database forgot in a crash disturbs nobody who claims the message after it", async () => {
    const calls: PromiseWithResolvers<void>[] = [];
    const took: string[] = [];
    await started(outbox, {
      id: "SLOW",
      async send({ id }, { envelope, handOver }) {
        const mine = Promise.withResolvers<void>();
        const nth = calls.push(mine);
        if (nth === 1) await mine.promise;
        await handOver();
        took.push(id);
        if (nth === 2) await mine.promise;
        return receipt({ provider: "SLOW", messageId: id, accepted: envelope.to });
      },
    });
    const { id } = await outbox.enqueue(mail());
    const began = (count: number) =>
      until(
        () => calls.length,
        (now) => now === count,
      );
    await began(1);
    // A claim is not waited for (synchronous_commit = off): a crash may take it back, with all that was written since.
    await outbox.database.query("delete from relais.attempt");
    await outbox.database.query(
      "update relais.message set state = 'queued', claim = 0, worker = null, worker_id = null",
    );
    await outbox.database.query("select pg_notify('relais_outbox', '')");
    await began(2);
    await until(
      () => took.length,
      (now) => now === 1,
    );
    calls[0]?.resolve();
    await sleep(500);
    expect([calls.length, (await outbox.get(id))?.state]).toEqual([2, "sending"]);
    calls[1]?.resolve();
    await until(
      () => outbox.get(id),
      (message) => message?.state === "sent",
    );
    expect(took).toHaveLength(1);
  }, 20_000);

  test("a row that never expires is sent; one that cannot be read fails, and the others go on", async () => {
    await started(outbox, far);
    const insert = (columns: string, values: string): Promise<unknown> =>
      outbox.database.query(`insert into relais.message (${columns}) values (${values})`);
    const content = `'{"to": "ann@example.net", "subject": "Hello", "text": "Hello"}'`;
    await insert("content, expires_at", `${content}, 'infinity'`);
    await insert("content", "'null'");
    await insert("content", content);
    const { byState } = await until(
      () => outbox.stats(),
      (now) => now.byState.sent + now.byState.failed === 3,
      10_000,
    );
    expect(byState).toMatchObject({ sent: 2, failed: 1 });
  }, 20_000);

  test("many that are due at once are all sent within some seconds", async () => {
    const sendAt = new Date(Date.now() + 2_000);
    const entries = Array.from({ length: 2_000 }, (_, i) => ({
      message: mail(`a${i}@example.net`),
      options: { sendAt },
    }));
    await outbox.enqueueMany(entries);
    const worker = createWorker(outbox, chainOf(far), { concurrency: 50 });
    ending = () => worker.stop();
    await worker.start();
    await until(
      () => outbox.stats(),
      ({ byState }) => byState.deferred === 0,
      sendAt.getTime() - Date.now() + 2_000,
    );
  }, 20_000);
});
