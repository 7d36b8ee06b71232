import { setTimeout as sleep } from "node:timers/promises";
import { createOutbox, createWorker, type Outbox, tableSource, wholeSchema } from "@relais/outbox";
import fc from "fast-check";
import pg from "pg";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { runs } from "./runs.ts";
import { chainOf, having, mail, scripted, until } from "./scripted.ts";
import { sharedPostgres } from "./shared-postgres.ts";

const from = "shop@example.org";

describe.runIf(needs("postgres"))("in surroundings of somebody else", () => {
  let server: Awaited<ReturnType<typeof sharedPostgres>>;
  beforeAll(async () => {
    server = await sharedPostgres();
  }, 60_000);

  describe("an application that reads as it likes", () => {
    const { setTypeParser, getTypeParser, builtins } = pg.types;
    const types = [
      builtins.TIMESTAMPTZ,
      builtins.JSONB,
      builtins.BOOL,
      builtins.INT4,
      builtins.FLOAT8,
      1009,
      builtins.BYTEA,
    ];
    const usual = types.map((type) => getTypeParser(type));
    afterEach(() => {
      for (const [i, type] of types.entries()) setTypeParser(type, usual[i] as never);
    });

    test("changes nothing, whatever types it reads as text", async () => {
      const url = await server.database();
      await fc.assert(
        fc.asyncProperty(fc.subarray(types, { minLength: 1 }), fc.boolean(), async (changed, ownPool) => {
          for (const type of changed) setTypeParser(type, ((text: string) => text) as never);
          const pool = new pg.Pool({ connectionString: url });
          const outbox = await createOutbox({ database: ownPool ? pool : url, from });
          await outbox.database.query(`delete from relais.message; drop table if exists own_mail;
            create table own_mail (id bigserial primary key, recipient text, subject text, body text,
              status text default 'pending', delivery_trace jsonb, claimed_at timestamptz);
            insert into own_mail (recipient, subject, body) values ('row@example.net', 'x', 'y')`);
          const late = await outbox.enqueue(mail("late@example.net"), { expiresInMs: 1 });
          await sleep(10);
          const client = await pool.connect();
          const inTx = await outbox.enqueue(mail("tx@example.net"), { tx: client, idempotencyKey: "k" });
          const twice = await outbox.enqueue(mail("tx@example.net"), { tx: client, idempotencyKey: "k" });
          client.release();
          expect([inTx.created, twice.created]).toEqual([true, false]);
          await outbox.database.query(
            `insert into relais.message (content) values ('{"to": "sql@example.net", "text": "x"}')`,
          );
          const content = Buffer.from([0, 1, 255, 92, 120]);
          const { id } = await outbox.enqueue({ ...mail(), attachments: [{ filename: "a", content }] });
          const files: Uint8Array[] = [];
          const far = scripted("FAR", (message) => {
            for (const one of message.attachments) files.push(one.content);
            return "accept";
          });
          const errors: unknown[] = [];
          const worker = createWorker(outbox, chainOf(far), {
            sources: [tableSource(outbox, { name: "own_mail" })],
            observers: [(event) => void (event.type === "error" && errors.push(event))],
          });
          await worker.start();
          await until(
            () => outbox.stats(),
            ({ byState }) => byState.sent === 4 && byState.expired === 1,
          );
          expect((await outbox.get(late.id))?.expiresAt).toBeInstanceOf(Date);
          expect((await outbox.get(id))?.deliveryTrace.provider).toBe("FAR");
          expect(files.map((file) => Buffer.from(file).toString("hex"))).toEqual([content.toString("hex")]);
          await until(
            () => outbox.database.query("select 1 from own_mail where status = 'sent'"),
            (rows) => rows.length === 1,
          );
          expect(errors).toEqual([]);
          await worker.stop();
          await outbox.close();
          await pool.end();
        }),
        { numRuns: runs(3, 6), endOnFailure: true },
      );
    }, 120_000);
  });

  const keys = {
    bigint: "bigint generated always as identity primary key",
    integer: "serial primary key",
    uuid: "uuid primary key default gen_random_uuid()",
    citext: "citext primary key default gen_random_uuid()::text",
    text: "text primary key default gen_random_uuid()::text",
    "varchar(40)": "varchar(40) primary key default gen_random_uuid()::text",
    "numeric(20)": "numeric(20) primary key default (random() * 1e12)::bigint",
    "own.key": "own.key primary key default (random() * 1e12)::bigint",
  };
  const statuses = ["text", "varchar(8)", "citext", "own.mail_status", '"Mail Status"'];
  const traces = ["jsonb", "json", "text"];

  test("a table of whatever types follows, by the index of its key", async () => {
    const url = await server.database();
    const outbox = await createOutbox({ database: url, from });
    const words = "('pending', 'sending', 'sent', 'failed', 'unknown')";
    await outbox.database.query(`create extension citext; create schema own; create domain own.key as bigint;
      create type own.mail_status as enum ${words}; create type "Mail Status" as enum ${words}`);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(keys)),
        fc.constantFrom(...statuses),
        fc.constantFrom(...traces),
        fc.constantFrom("text", "citext", "varchar(200)"),
        async (key, status, trace, text) => {
          await outbox.database.query(`delete from relais.message; drop table if exists "Mail";
            create table "Mail" (id ${keys[key as "uuid"]}, recipient ${text}, subject ${text}, body text,
              status ${status} not null default 'pending', delivery_trace ${trace}, claimed_at timestamptz);
            insert into "Mail" (recipient, subject, body)
              select 'p' || i || '@example.net', 'x', 'y' from generate_series(1, 5) i;
            insert into "Mail" (recipient, subject, body) values ('No@example.net', 'x', 'y'), ('lost@example.net', 'x', 'y')`);
          const far = scripted("FAR", (message) => {
            const [to = ""] = message.envelope.to;
            return to.startsWith("No") ? "rejected" : to.startsWith("lost") ? "unknown" : "accept";
          });
          const errors: unknown[] = [];
          const worker = createWorker(outbox, chainOf(far), {
            sources: [tableSource(outbox, { name: "Mail" })],
            observers: [(event) => void (event.type === "error" && errors.push(event))],
          });
          await worker.start();
          const found = await until(
            () =>
              outbox.database.query<{ status: string; count: number }>(
                `select status::text, count(*)::int from "Mail" where delivery_trace is not null group by 1 order by 1`,
              ),
            (rows) => rows.reduce((sum, { count }) => sum + count, 0) === 7 && rows.length === 3,
          ).catch((error: unknown) => {
            throw new Error(`${error}: ${JSON.stringify(errors)}`);
          });
          expect(found).toEqual([
            { status: "failed", count: 1 },
            { status: "sent", count: 5 },
            { status: "unknown", count: 1 },
          ]);
          expect(errors).toEqual([]);
          // Whom they are for is known, to those who look and to those who settle.
          const [one] = await outbox.list({ recipient: "LOST@example.net" });
          expect(one?.recipients).toEqual(["lost@example.net"]);
          await outbox.resolve({ state: "unknown" }, { by: "ann", as: "sent" });
          expect((await outbox.get(one?.id ?? ""))?.accepted).toEqual(["lost@example.net"]);
          await worker.stop();
        },
      ),
      { numRuns: runs(5, 10), endOnFailure: true },
    );
    await outbox.close();
  }, 180_000);

  test.each(["bigint", "uuid"])(
    "of a hundred thousand rows with a key of %s only those that changed are read",
    async (key) => {
      const url = await server.database();
      const outbox = await createOutbox({ database: url, from });
      await outbox.database.query(`create table big (id ${keys[key as "uuid"]}, recipient text, subject text, body text,
        status text not null, delivery_trace jsonb, claimed_at timestamptz);
      insert into big (recipient, subject, body, status) select 'a@example.net', 'x', 'y', 'sent' from generate_series(1, 100000);
      create index on big (status) where status = 'pending';
      insert into big (recipient, subject, body, status) values ('a@example.net', 'x', 'y', 'pending'); analyze big`);
      const run: [string, readonly unknown[]][] = [];
      const { database } = outbox;
      const watched = having(outbox, {
        query(text, values = [], ms) {
          if (text.includes('update "big"')) run.push([text, values]);
          return database.query(text, values, ms);
        },
      });
      const worker = createWorker(watched, chainOf(scripted("FAR")), {
        sources: [tableSource(watched, { name: "big" })],
      });
      await worker.start();
      await until(
        () => database.query("select 1 from big where delivery_trace is not null"),
        (rows) => rows.length === 1,
      );
      await worker.stop();
      const mirrors = run.filter(([text]) => text.includes("delivery_trace"));
      expect(mirrors.length).toBeGreaterThan(0);
      const [text = "", values = []] = mirrors[0] ?? [];
      await database.query("update relais.message set mirrored_at = null");
      const plan = JSON.stringify(await database.query(`explain (format json) ${text}`, values));
      expect(plan).toMatch(/"Index Name": ?"big_pkey"/);
      expect(plan).not.toMatch(/"Node Type": ?"Seq Scan"[^{}]*"Relation Name": ?"big"/);
      await outbox.close();
    },
    60_000,
  );

  test("a role that may make nothing: works where the tables are there, and is told where they are not", async () => {
    const url = await server.database();
    const admin = new pg.Client(url);
    await admin.connect();
    await admin.query("create role plain login");
    const asPlain = Object.assign(new URL(url), { username: "plain" }).href;
    await admin.query("revoke create on schema public from public");
    await expect(createOutbox({ database: asPlain, from })).rejects.toThrow(
      "The database's role may not make or change the outbox's tables",
    );
    await admin.query(wholeSchema());
    await admin.query(`grant usage on schema relais to plain;
      grant select, insert, update, delete on all tables in schema relais to plain;
      grant usage on all sequences in schema relais to plain;
      grant execute on all functions in schema relais to plain`);
    for (const migrate of [true, false]) {
      const outbox: Outbox = await createOutbox({ database: asPlain, from, migrate });
      const worker = createWorker(outbox, chainOf(scripted("FAR")));
      await worker.start();
      const { id } = await outbox.enqueue(mail());
      await until(
        () => outbox.get(id),
        (message) => message?.state === "sent",
      );
      await worker.stop();
      await outbox.close();
    }
    await admin.end();
  }, 60_000);

  test.each(["serializable", "repeatable read"])(
    "transactions that are %s by default: what is enqueued at once is there, each key once",
    async (level) => {
      const url = new URL(await server.database("migrated"));
      url.searchParams.set("options", `-c default_transaction_isolation=${level.replace(" ", "\\ ")}`);
      const outbox = await createOutbox({ database: url.href, from });
      const all = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          outbox.enqueue(mail(`a${i}@example.net`), { idempotencyKey: `k${i % 30}` }),
        ),
      );
      expect(new Set(all.map(({ id }) => id)).size).toBe(30);
      expect((await outbox.stats()).byState.queued).toBe(30);
      await outbox.close();
    },
  );
});
