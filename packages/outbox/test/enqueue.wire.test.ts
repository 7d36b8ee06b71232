import { rmSync } from "node:fs";
import { copyOutbox, createOutbox, createWorker, type Outbox } from "@relais/outbox";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { purge } from "../src/operations/purge.ts";
import { migrations } from "../src/store/migrations.ts";
import { pgliteFolder } from "./pglite-folder.ts";
import { chainOf, having, mail, scripted, until } from "./scripted.ts";
import { empty, type Store, stores } from "./stores.ts";

describe.each(stores)("enqueue on %s", (_name, open) => {
  let store: Store;
  let outbox: Outbox;
  beforeAll(async () => {
    store = await open();
    outbox = await store.outbox();
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await store.stop();
  });
  beforeEach(() => empty(outbox));

  test("in the caller's transaction: there if it commits, not there if it does not", async () => {
    const inTransaction = (fail: boolean) =>
      outbox.database.transaction(async (transaction) => {
        const client = {
          query: async (text: string, values?: unknown[]) => ({
            rows: [...(await transaction.query(text, values))],
          }),
        };
        const { id } = await outbox.enqueue(mail(), { tx: client });
        if (fail) throw new Error("no");
        return id;
      });
    await expect(inTransaction(true)).rejects.toThrow("no");
    expect(await outbox.list()).toEqual([]);
    const id = await inTransaction(false);
    expect((await outbox.get(id))?.state).toBe("queued");
  });

  test("a row by plain SQL that could not be gone on with is refused", async () => {
    const insert = (column: string, value: string): Promise<unknown> =>
      outbox.database.query(`insert into relais.message (content, ${column}) values ('{}', '${value}')`);
    await expect(insert("delivery_trace", "{}")).rejects.toThrow("trace_has_attempts");
    await expect(insert("delivery_trace", "[]")).rejects.toThrow("trace_has_attempts");
    await expect(insert("rejected", "{}")).rejects.toThrow("rejected_is_a_list");
  });

  test("a transaction of the outbox's own database is given as it is", async () => {
    const twice = (fail: boolean) =>
      outbox.database.transaction(async (tx) => {
        const { id } = await outbox.enqueue(mail(), { tx });
        const many = await outbox.enqueueMany([{ message: mail() }], { tx });
        if (fail) throw new Error("no");
        return [id, ...many.map((one) => one.id)];
      });
    await expect(twice(true)).rejects.toThrow("no");
    expect(await outbox.list()).toEqual([]);
    const ids = await twice(false);
    expect((await outbox.list()).map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  test("the second message with a tenant's key is the first; another tenant's is another", async () => {
    const first = await outbox.enqueue(mail(), { idempotencyKey: "order-7" });
    expect(first.created).toBe(true);
    expect(await outbox.enqueue(mail("bob@example.net"), { idempotencyKey: "order-7" })).toEqual({
      id: first.id,
      created: false,
      conflict: true,
    });
    expect((await outbox.enqueue(mail(), { idempotencyKey: "order-7", tenant: "other" })).created).toBe(true);
    expect((await outbox.enqueue({ ...mail(), id: "own-7" })).created).toBe(true);
    expect((await outbox.enqueue({ ...mail(), id: "own-7" })).created).toBe(false);
    expect(await outbox.list()).toHaveLength(3);
  });

  test("many at once keep their order, and each its own options", async () => {
    const made = await outbox.enqueueMany(
      Array.from({ length: 1_234 }, (_, i) => ({
        message: { ...mail(`p${i}@example.net`), subject: `No ${i}` },
        options: { tenant: `t${i % 3}`, idempotencyKey: `k${i % 1_000}-${i % 3}` },
      })),
      { priority: 1 },
    );
    expect(made).toHaveLength(1_234);
    const last = await outbox.get(made[1_233]?.id as string);
    expect(last).toMatchObject({ subject: "No 1233", tenant: "t0", priority: 1 });
    expect(new Set(made.map(({ id }) => id)).size).toBe((await outbox.stats()).byState.queued);
  });

  test("keeps every part of a message", async () => {
    const { id } = await outbox.enqueue({
      from: { name: "Zoë, the “shop”", address: "shop@example.org" },
      to: ["Ann <ann@example.net>", "bob@example.net"],
      cc: "cleo@example.net",
      bcc: "dan@example.net",
      replyTo: "answers@example.org",
      subject: "Ünïcode ✉ \u{1F4E7}",
      text: "line\r\nline\n",
      html: "<p>'quoted' \\ \"double\"</p>",
      headers: { "X-Campaign": "7" },
      tags: { kind: "order" },
      inReplyTo: "<a@example.org>",
      references: ["<a@example.org>", "<b@example.org>"],
      attachments: [
        {
          filename: "ä.bin",
          content: Buffer.from([0, 255, 10, 13]),
          cid: "c1",
          contentDisposition: "inline",
        },
      ],
    });
    const [row] = await outbox.database.query<{ content: Record<string, unknown> }>(
      "select content from relais.message where id = $1",
      [id],
    );
    expect(row?.content).toMatchObject({
      subject: "Ünïcode ✉ \u{1F4E7}",
      tags: { kind: "order" },
      headers: { "X-Campaign": "7" },
    });
    const [file] = await outbox.database.query<{ content: Uint8Array }>("select * from relais.attachment");
    expect([...(file?.content ?? [])]).toEqual([0, 255, 10, 13]);
    expect((await outbox.get(id))?.recipients).toEqual([
      "ann@example.net",
      "bob@example.net",
      "cleo@example.net",
      "dan@example.net",
    ]);
  });

  test.each([
    [{ to: "nobody" }, {}, "to"],
    [mail(), { priority: 4 }, "priority"],
    [mail(), { priority: 1.5 }, "priority"],
    [mail(), { tenant: "" }, "tenant"],
    [mail(), { tenant: "a\nb" }, "tenant"],
    [mail(), { idempotencyKey: "x".repeat(513) }, "idempotencyKey"],
    [mail(), { idempotencyKey: "" }, "idempotencyKey"],
    [mail(), { idempotencyKey: [] as never }, "idempotencyKey"],
    [mail(), { sendAt: "soon" }, "sendAt"],
    [mail(), { expiresInMs: 0 }, "expiresInMs"],
    [mail(), { onUnknown: "maybe" as never }, "onUnknown"],
    [mail(), { expiresIn: 5 } as never, "expiresIn"],
  ])("%j with %j is refused, and says which field: %s %s", async (message, options, field) => {
    await expect(outbox.enqueue(message, options)).rejects.toMatchObject({ name: "InvalidMessage", field });
    expect(await outbox.list()).toEqual([]);
  });

  test("null is absent in every option", async () => {
    const none = {
      tx: null,
      sendAt: null,
      priority: null,
      idempotencyKey: null,
      tenant: null,
      expiresInMs: null,
      onUnknown: null,
    };
    const plain = await outbox.enqueue(mail());
    const { id } = await outbox.enqueue(mail(), none);
    await outbox.enqueueMany([{ message: mail(), options: none }], none);
    expect(await outbox.list()).toHaveLength(3);
    const of = async (one: string) => {
      const { tenant, priority, state } = (await outbox.get(one)) ?? {};
      return { tenant, priority, state };
    };
    expect(await of(id)).toEqual(await of(plain.id));
  });

  test("purges in batches what is over, and nothing else", async () => {
    await outbox.enqueueMany(Array.from({ length: 30 }, () => ({ message: mail() })));
    await outbox.database.query(
      "update relais.message set state = 'sent', provider = 'A' where id in (select id from relais.message limit 25)",
    );
    const counts: number[] = [];
    expect(await outbox.purge({ batch: 10, onProgress: (count) => void counts.push(count) })).toBe(25);
    expect(counts).toEqual([10, 20, 25]);
    expect((await outbox.stats()).byState.queued).toBe(5);
  });

  test("a purge pauses while something is being sent, and ends early when its worker stops", async () => {
    await outbox.database.query(
      `insert into relais.message (content, state, provider) select '{}', 'sent', 'A' from generate_series(1, 60);
       insert into relais.message (content, state) values ('{}', 'sending')`,
    );
    const batchesMs: number[] = [];
    const { database } = having(outbox, {
      async query<T extends object>(...given: Parameters<typeof outbox.database.query>) {
        const began = performance.now();
        const rows = await outbox.database.query<T>(...given);
        if (given[0].includes("delete")) batchesMs.push(performance.now() - began);
        return rows;
      },
    });
    let done = 0;
    const onProgress = (count: number) => {
      done = count;
    };
    expect(await purge(database, { batch: 10, onProgress }, () => done >= 10)).toBe(10);
    batchesMs.length = 0;
    const began = performance.now();
    expect(await purge(database, { batch: 10 })).toBe(50);
    // Five that are full, each with a pause of whole milliseconds, and one that finds nothing more.
    expect(batchesMs).toHaveLength(6);
    const workedMs = batchesMs.reduce((sum, ms) => sum + ms);
    const pausesMs = 4 * (workedMs - (batchesMs[5] as number));
    expect(performance.now() - began).toBeGreaterThan(workedMs + pausesMs - 10);
    await outbox.database.query("delete from relais.message where state = 'sending'");
  });

  test("can be moved into another database, and the copy gone on with", async () => {
    const folder = await pgliteFolder();
    const other = await createOutbox({ folder });
    const attachments = [{ filename: "a.bin", content: Buffer.from([1, 0, 2]) }];
    await outbox.enqueueMany(Array.from({ length: 450 }, () => ({ message: { ...mail(), attachments } })));
    await outbox.database.query(
      "update relais.message set state = 'sent', provider = 'A', delivery_trace = delivery_trace || '{\"status\": \"sent\"}' where id in (select id from relais.message limit 3)",
    );
    const seen: string[] = [];
    expect(await copyOutbox(outbox, other, ({ table, copied }) => void seen.push(`${table} ${copied}`))).toBe(
      450,
    );
    // Each message with its files and its attempts, so that nobody finds one without the others.
    expect(seen).toEqual(["message 200", "message 400", "message 450"]);
    await copyOutbox(outbox, other);
    expect((await other.stats()).byState).toEqual((await outbox.stats()).byState);
    const [file] = await other.database.query<{ content: Uint8Array; count: number }>(
      "select content, (select count(*)::int from relais.attachment) as count from relais.attachment limit 1",
    );
    expect([[...(file?.content ?? [])], file?.count]).toEqual([[1, 0, 2], 450]);
    await other.close();
    rmSync(folder, { recursive: true });
  }, 60_000);
});

describe("an outbox", () => {
  test("that is newer than the package is refused; two processes may make the tables at once", async () => {
    const store = await stores.at(-1)?.[1]("template1");
    if (store?.url === undefined) return;
    const outboxes = await Promise.all([store.outbox(), store.outbox(), store.outbox()]);
    await outboxes[0]?.database.query("insert into relais.migration (version) values (99)");
    await expect(store.outbox()).rejects.toThrow("The outbox's tables are of version 99");
    await Promise.all(outboxes.map((one) => one.close()));
    const pool = new pg.Pool({ connectionString: store.url });
    // Its connections end a moment after it, and the server may be faster.
    pool.on("error", () => undefined);
    const own = await createOutbox({ database: pool, migrate: false });
    await own.close();
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await pool.end();
    await store.stop();
  }, 30_000);

  test("of the first version is brought to this one, with what it holds", async () => {
    const store = await stores.at(-1)?.[1]("template1");
    if (store?.url === undefined) return;
    const pool = new pg.Pool({ connectionString: store.url });
    // Its connections end a moment after it, and the server may be faster.
    pool.on("error", () => undefined);
    await pool.query(`create schema relais;
      create table relais.migration (version integer primary key, at timestamptz not null default now());
      ${migrations[0]?.sql} insert into relais.migration (version) values (1);
      insert into relais.message (content) values ('{"to": "ann@example.net", "subject": "Old", "text": "Old"}');
      insert into relais.message (content, delivery_trace, rejected) values ('{}', '[]', '{}'), ('{}', '{"attempts": 1}', '[]');`);
    const outbox = await createOutbox({ database: pool, from: "shop@example.org" });
    const far = scripted("FAR");
    const worker = createWorker(outbox, chainOf(far));
    await worker.start();
    await until(
      () => outbox.stats(),
      ({ byState }) => byState.sent === 1 && byState.failed === 2,
    );
    expect(far.took).toHaveLength(1);
    await worker.stop();
    await outbox.close();
    await pool.end();
    await store.stop();
  }, 30_000);
});
