import {
  createOutbox,
  createWorker,
  type Outbox,
  roleGrants,
  tableSource,
  wholeSchema,
} from "@relais/outbox";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { newest } from "../src/store/migrations.ts";
import { type PostgresServer, postgresServer } from "./postgres-server.ts";
import { chainOf, mail, scripted, until } from "./scripted.ts";

const from = "shop@example.org";
const remedy = "relais outbox grants writes the SQL of the rights that its role needs.";

/** A DBA makes the tables and the roles by the SQL that is shipped; nobody else may make anything. */
describe.runIf(needs("postgres"))("roles with no more rights than they need", () => {
  let server: PostgresServer;
  let owner: pg.Pool;
  const opened: Outbox[] = [];
  const urls: Record<string, string> = {};
  const open = async (role: string): Promise<Outbox> => {
    const outbox = await createOutbox({ database: urls[role] as string, from });
    opened.push(outbox);
    return outbox;
  };
  beforeAll(async () => {
    server = await postgresServer();
    const url = await server.database();
    owner = new pg.Pool({ connectionString: url });
    owner.on("error", () => undefined);
    await owner.query("create role dba login createrole");
    await owner.query(`grant create on database ${new URL(url).pathname.slice(1)} to dba`);
    const dba = new pg.Client(Object.assign(new URL(url), { username: "dba" }).href);
    await dba.connect();
    await dba.query(wholeSchema());
    for (const [name, sql] of Object.entries(roleGrants)) {
      // Again after an update.
      for (let times = 0; times < 2; times += 1) await dba.query(sql);
      await dba.query(`create role the_${name} login; grant relais_${name} to the_${name}`);
      urls[name] = Object.assign(new URL(url), { username: `the_${name}` }).href;
    }
    await dba.query("create role nobody_yet login");
    urls.nobody = Object.assign(new URL(url), { username: "nobody_yet" }).href;
    await dba.end();
  }, 60_000);
  afterAll(async () => {
    for (const outbox of opened) await outbox.close();
    await owner.end();
    await server.stop();
  });

  const denied = { code: "42501" };

  test("the application enqueues, with attachments, keys and times, alone and many, and nothing more", async () => {
    const outbox = await open("application");
    const attachments = [{ filename: "a.txt", content: "a" }];
    const first = await outbox.enqueue({ ...mail(), attachments }, { idempotencyKey: "k", tenant: "t" });
    expect(first.created).toBe(true);
    const again = { ...mail(), attachments };
    expect(await outbox.enqueue(again, { idempotencyKey: "k", tenant: "t" })).toEqual({
      id: first.id,
      created: false,
      conflict: false,
    });
    const other = await outbox.enqueue(mail("bob@example.net"), { idempotencyKey: "k", tenant: "t" });
    expect(other).toEqual({ id: first.id, created: false, conflict: true });
    await outbox.enqueue(mail(), { sendAt: new Date(Date.now() + 3_600_000) });
    const many = await outbox.enqueueMany([{ message: mail() }, { message: mail() }], { priority: 2 });
    expect(many.map(({ created }) => created)).toEqual([true, true]);
    const { database } = outbox;
    for (const sql of [
      "select content from relais.message",
      "select recipients from relais.message",
      "select content from relais.attachment",
      "select * from relais.attempt",
      "update relais.message set state = 'sent', provider = 'x'",
      "delete from relais.message",
      "insert into relais.message (content, state, provider) values ('{}', 'sent', 'x')",
      "insert into relais.worker (name) values ('x')",
      "update relais.turn set turn = 1",
      "delete from relais.migration",
      "create table relais.mine ()",
    ])
      await expect(database.query(sql), sql).rejects.toMatchObject(denied);
    await expect(outbox.list()).rejects.toThrow(`permission denied for table message: ${remedy}`);
    await expect(createWorker(outbox, chainOf(scripted("FAR"))).start()).rejects.toThrow(remedy);
  });

  test("a worker claims, sends, puts off, recovers, settles a table of the application's, and deletes", async () => {
    await owner.query(`delete from relais.message; create table mails (id serial primary key, recipient text,
      subject text, body text, status text default 'pending', delivery_trace jsonb, claimed_at timestamptz);
      insert into mails (recipient, subject, body) values ('cleo@example.net', 'Hi', 'Hello');
      grant select, update on mails to the_worker`);
    const outbox = await open("worker");
    const application = await open("application");
    await application.enqueue({ ...mail(), attachments: [{ filename: "a.txt", content: "a" }] });
    await application.enqueue(mail(), { sendAt: new Date(Date.now() + 1_500) });
    await owner.query(
      `update relais.message set state = 'sending', claim = 7, worker = 'lost', attempts = 1
       where id = (select id from relais.message where state = 'queued' limit 1)`,
    );
    const errors: string[] = [];
    const worker = createWorker(outbox, chainOf(scripted("FAR")), {
      keepSentForMs: 2_000,
      sources: [tableSource(outbox, { name: "mails" })],
      observers: [(event) => void (event.type === "error" && errors.push(event.error))],
    });
    await worker.start();
    const settled = () => owner.query("select status from mails where status = 'sent'");
    await until(settled, ({ rows }) => rows.length === 1);
    // Sent, and deleted when their time is over.
    const left = () => owner.query("select 1 from relais.message");
    await until(left, ({ rows }) => rows.length === 0);
    await worker.stop();
    expect(errors).toEqual([]);
    await expect(outbox.database.query("create table relais.mine ()")).rejects.toMatchObject(denied);
    await expect(outbox.database.query("update relais.migration set version = 9")).rejects.toMatchObject(
      denied,
    );
  }, 30_000);

  test("an operator looks, resends, settles, cancels and deletes; a reader looks", async () => {
    const application = await open("application");
    const ids = (await application.enqueueMany([1, 2, 3].map(() => ({ message: mail() })))).map(
      ({ id }) => id,
    );
    await owner.query("update relais.message set state = 'unknown' where id = any($1)", [ids.slice(1)]);
    const [outbox, reader] = [await open("operator"), await open("reader")];
    for (const one of [outbox, reader]) {
      expect((await one.stats()).byState).toMatchObject({ queued: 1, unknown: 2 });
      expect((await one.get(ids[1] as string))?.state).toBe("unknown");
    }
    expect(await outbox.resend(ids[1] as string, { by: "ann" })).toBe(true);
    expect(await outbox.resolve({ ids }, { as: "sent", by: "ann" })).toEqual([ids[2]]);
    expect(await outbox.cancel(ids[0] as string)).toBe(true);
    expect(await outbox.purge()).toBe(1);
    await expect(outbox.enqueue(mail())).rejects.toThrow(remedy);
    await expect(reader.cancel(ids[1] as string)).rejects.toThrow(remedy);
    await expect(reader.purge()).rejects.toMatchObject(denied);
  });

  test("none of them migrates, and one without any rights is told what it lacks", async () => {
    const older = "update relais.migration set version = -1 where version = $1";
    await owner.query(older, [newest]);
    for (const role of Object.keys(roleGrants)) {
      await expect(open(role), role).rejects.toThrow("role may not make or change the outbox's tables");
    }
    await owner.query("update relais.migration set version = $1 where version = -1", [newest]);
    await expect(open("nobody")).rejects.toThrow(
      `The outbox cannot be opened: permission denied for schema relais: ${remedy.replace(/\.$/, "")} (Postgres at `,
    );
    const nobody = await createOutbox({ database: urls.nobody as string, from, migrate: false });
    opened.push(nobody);
    await expect(nobody.enqueue(mail())).rejects.toThrow(`permission denied for schema relais: ${remedy}`);
    const pool = new pg.Pool({ connectionString: urls.nobody });
    const client = await pool.connect();
    await expect(nobody.enqueue(mail(), { tx: client })).rejects.toThrow(remedy);
    client.release();
    await pool.end();
  });
});
