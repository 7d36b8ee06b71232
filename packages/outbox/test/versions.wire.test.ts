import { createWorker, type Outbox } from "@relais/outbox";
import { beforeEach, describe, expect, test } from "vitest";
import { migrations, newest } from "../src/store/migrations.ts";
import { recover } from "../src/worker/recover.ts";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { type Store, stores } from "./stores.ts";

describe.each(stores)("tables of another version, on %s", (_name, open) => {
  let store: Store;
  let outbox: Outbox;
  beforeEach(async () => {
    store = await open();
    outbox = await store.outbox();
    return async () => {
      await outbox.close();
      await store.stop();
    };
  }, 60_000);

  const worker = () => createWorker(outbox, chainOf(scripted("FAR")));

  test.each([
    ["newer, and says nothing", newest + 1, null, `this @relais/outbox knows ${newest}: update the package`],
    ["newer, and needs a newer one", newest + 3, newest + 2, "update the package"],
  ])("%s: the worker says so in a sentence, and claims nothing", async (_, version, needs, sentence) => {
    await outbox.database.query("insert into relais.migration (version, min_compatible) values ($1, $2)", [
      version,
      needs,
    ]);
    const { id } = await outbox.enqueue(mail());
    const one = worker();
    await expect(one.start()).rejects.toThrow(sentence);
    expect(one.status().state).toBe("stopped");
    expect((await outbox.get(id))?.state).toBe("queued");
  });

  test("newer, and says that this one may go on: it does", async () => {
    await outbox.database.query("insert into relais.migration (version, min_compatible) values ($1, $2)", [
      newest + 1,
      newest,
    ]);
    const { id } = await outbox.enqueue(mail());
    const one = worker();
    await one.start();
    await until(
      () => outbox.get(id),
      (message) => message?.state === "sent",
    );
    await one.stop();
  });

  test("older, or none: it says what to run", async () => {
    await outbox.database.query("delete from relais.migration where version = $1", [newest]);
    await expect(worker().start()).rejects.toThrow(`needs ${newest}: run relais outbox migrate`);
    await outbox.database.query("drop schema relais cascade");
    await expect(worker().start()).rejects.toThrow("The outbox has no tables: run relais outbox migrate");
  });

  test("workers of version 4 that still run claim and recover nothing; what they hold is theirs for a minute", async () => {
    const { database } = outbox;
    await database.query("drop schema relais cascade; create schema relais");
    await database.query(
      "create table relais.migration (version integer primary key, at timestamptz not null default now())",
    );
    for (const { version, sql } of migrations.slice(0, 4)) {
      await database.query(sql);
      await database.query("insert into relais.migration (version) values ($1)", [version]);
    }
    const { id } = await outbox.enqueue(mail());
    await outbox.enqueue(mail("bob@example.net"));
    // What a worker of version 4 writes: a claim under a lease that is a job, an attempt, and its end.
    const lease = "5a1b2c3d-0000-4000-8000-000000000000";
    const claim = `update relais.message set state = 'sending', claim = 7, worker = 'old', lease = '${lease}' where id = $1`;
    const lost = `select m.lease from relais.message m where m.state = 'sending' and m.lease <> '${lease}'`;
    const complete =
      "update relais.message set state = 'sent', provider = 'FAR', lease = null where id = $1 and claim = 7";
    const end = "update relais.attempt set kind = 'accepted', accepted = recipients where message = $1";
    await database.query(claim, [id]);
    await database.query(
      `insert into relais.attempt (message, seq, claim, worker, provider, recipients, phase)
       values ($1, 1, 7, 'old', 'FAR', '{ann@example.net}', 'handed_over')`,
      [id],
    );
    await database.transaction(async (tx) => {
      for (const { version, sql } of migrations.slice(4)) {
        await tx.query(sql);
        await tx.query("insert into relais.migration (version) values ($1)", [version]);
      }
    });
    const missing = { code: "42703" };
    await expect(database.query(claim, [id])).rejects.toMatchObject(missing);
    await expect(database.query(lost)).rejects.toMatchObject(missing);
    await expect(database.query(complete, [id])).rejects.toMatchObject(missing);
    const throwing = (error: unknown): never => {
      throw error;
    };
    expect(await recover(database, throwing)).toEqual([]);
    await database.query(end, [id]);
    await database.query("update relais.worker set seen_at = seen_at - interval '55 seconds'");
    expect(await recover(database, throwing)).toEqual([]);
    await database.query("update relais.worker set seen_at = seen_at - interval '6 seconds'");
    expect(await recover(database, throwing)).toEqual([{ id, state: "sent" }]);
    expect((await outbox.get(id))?.deliveryTrace).toMatchObject({
      provider: "FAR",
      attempts: [{ provider: "FAR", success: true, worker: "old" }],
    });
    const one = worker();
    await one.start();
    await until(
      () => outbox.stats(),
      ({ byState }) => byState.sent === 2,
    );
    await one.stop();
  });

  test("messages of the version before are gone on with", async () => {
    await outbox.database.query("drop schema relais cascade; create schema relais");
    await outbox.database.query(
      "create table relais.migration (version integer primary key, at timestamptz not null default now())",
    );
    for (const { version, sql } of migrations.slice(0, newest - 1)) {
      await outbox.database.query(sql);
      await outbox.database.query("insert into relais.migration (version) values ($1)", [version]);
    }
    await outbox.database.query(
      `insert into relais.message (content, not_before) values ('{"to": "ann@example.net", "text": "x"}', now() + interval '1 hour'),
       ('{"to": "bob@example.net", "text": "x"}', now());
       insert into relais.message (content, recipients, state) values ('{}', '{Cleo@example.net}', 'failed'),
         ('{}', '{dan@example.net,Cleo@example.net}', 'cancelled')`,
    );
    if (store.url === undefined) return;
    const next = await store.outbox();
    const one = createWorker(next, chainOf(scripted("FAR")));
    await one.start();
    await until(
      () => next.stats(),
      ({ byState }) => byState.sent === 1 && byState.scheduled === 1,
    );
    expect((await next.stats()).byState).toMatchObject({ failed: 1, cancelled: 1 });
    const found = await next.list({ recipient: "cleo@EXAMPLE.net" });
    expect(found.map(({ state }) => state).sort()).toEqual(["cancelled", "failed"]);
    await one.stop();
    await next.close();
  });
});
