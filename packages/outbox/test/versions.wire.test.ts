import { createWorker, type Outbox } from "@relais/outbox";
import { beforeEach, describe, expect, test } from "vitest";
import { migrations, newest } from "../src/store/migrations.ts";
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
       ('{"to": "bob@example.net", "text": "x"}', now())`,
    );
    if (store.url === undefined) return;
    const next = await store.outbox();
    const one = createWorker(next, chainOf(scripted("FAR")));
    await one.start();
    await until(
      () => next.stats(),
      ({ byState }) => byState.sent === 1 && byState.deferred === 1,
    );
    await one.stop();
    await next.close();
  });
});
