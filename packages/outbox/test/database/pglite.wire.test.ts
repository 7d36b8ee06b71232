import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { DurableNodeFs, durableClient } from "../../src/database/pglite/durable.ts";
import { keepVacuumed, pgliteAt } from "../../src/database/pglite/pglite.ts";
import { until } from "../scripted.ts";

const root = mkdtempSync(join(tmpdir(), "relais-pglite-"));
const home = join(root, "not/there/yet");
let database: Database;
beforeAll(async () => {
  database = await pgliteAt(home);
  await database.query("create table note (n int)");
}, 60_000);
afterAll(async () => {
  await database.close();
  rmSync(root, { recursive: true });
});

/** Resolves when it is told to. */
function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

test("a transaction of several statements that fails in the middle does not stay open", async () => {
  await expect(database.query("begin; select 1/0; commit")).rejects.toThrow("division by zero");
  expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
});

test("a transaction and plain queries do not mix, though there is one session", async () => {
  const { passed, open } = gate();
  const order: string[] = [];
  const transaction = database.transaction(async (tx) => {
    await tx.query("insert into note values (1)");
    await passed;
    order.push("inside");
    await tx.query("insert into note values (2); insert into note values (3);");
    return "done";
  });
  const plain = database.query<{ count: number }>("select count(*)::int as count from note").then((rows) => {
    order.push("plain");
    return rows;
  });
  const second = database.transaction(async (tx) => {
    order.push("second");
    return tx.query("select 1 as v");
  });
  await sleep(50);
  open();
  expect(await transaction).toBe("done");
  expect(await plain).toEqual([{ count: 3 }]);
  expect(await second).toEqual([{ v: 1 }]);
  expect(order[0]).toBe("inside");
  await database.query("delete from note");
});

test("what a transaction that rejects has written is gone, and the next goes on", async () => {
  const fault = new Error("no");
  const failed = database.transaction(async (tx) => {
    await tx.query("insert into note values (1)");
    throw fault;
  });
  await expect(failed).rejects.toBe(fault);
  const broken = database.transaction(async (tx) => {
    await tx.query("insert into note values (1)");
    await tx.query("select 1 / 0");
  });
  await expect(broken).rejects.toMatchObject({ code: "22012" });
  expect(await database.query("select * from note")).toEqual([]);
});

test("several statements are one transaction, as on a server", async () => {
  const script = "insert into note values (1); insert into note values (2); select 1 / 0;";
  await expect(database.query(script)).rejects.toMatchObject({ code: "22012" });
  expect(await database.query("select * from note")).toEqual([]);
});

test("listens: once at first, then for every notification, until it is ended", async () => {
  let heard = 0;
  const end = await database.listen("bell", () => {
    heard += 1;
  });
  expect(heard).toBe(1);
  await database.query("notify bell");
  await until(
    () => heard,
    (count) => count === 2,
  );
  await database.transaction((tx) => tx.query("notify bell"));
  await until(
    () => heard,
    (count) => count === 3,
  );
  await end();
  await database.query("notify bell");
  await sleep(50);
  expect(heard).toBe(3);
});

test("a second one in the same process is told, and can have it afterwards", async () => {
  await expect(pgliteAt(home)).rejects.toThrow(`The folder ${home} is in use by another process`);
  await database.query("insert into note values (7)");
  await database.close();
  database = await pgliteAt(home);
  expect(await database.query("select * from note")).toEqual([{ n: 7 }]);
}, 30_000);

test("a folder that is none is told of in one sentence", async () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  for (const [folder, code] of [
    [file, "EEXIST"],
    [join(file, "below"), "ENOTDIR"],
  ] as const) {
    await expect(pgliteAt(folder)).rejects.toThrow(
      new Error(`folder must be a folder, or a place where one can be made, not ${folder} (${code}).`),
    );
  }
});

test("dead rows are cleared away, one round at a time, and a fault ends nothing", async () => {
  const { passed, open } = gate();
  let rounds = 0;
  const client = {
    exec: (text: string): Promise<unknown> => {
      rounds += 1;
      return database.query(text);
    },
  };
  await database.query(
    "create table dead as select n from generate_series(1, 10000) as n; delete from dead;",
  );
  const pages = async (): Promise<number> => {
    const [row] = await database.query<{ size: number }>("select pg_relation_size('dead')::int as size");
    return row?.size ?? Number.NaN;
  };
  expect(await pages()).toBeGreaterThan(100_000);
  const held = database.transaction(() => passed);
  const end = keepVacuumed(client, 10);
  await sleep(150);
  expect(rounds).toBe(1);
  open();
  await held;
  await until(pages, (size) => size === 0);
  end();
  const before = rounds;
  const full = {
    exec: async () => {
      rounds += 1;
      throw new Error("disk full");
    },
  };
  const failing = keepVacuumed(full, 10);
  await until(
    () => rounds,
    (count) => count > before + 2,
  );
  failing();
}, 30_000);

test("a database whose writes are not synced is not opened", async () => {
  class Unsynced extends DurableNodeFs {
    override init(...args: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
      return NodeFS.prototype.init.apply(this, args);
    }
  }
  await database.close();
  const data = join(home, "data");
  await expect(durableClient(data, new Unsynced(data))).rejects.toThrow(
    `The database in ${data} would not survive a power cut: its writes are not synced.`,
  );
  database = await pgliteAt(home);
}, 30_000);
