import pg from "pg";
import { beforeEach, describe, expect, test } from "vitest";
import { needs } from "../../../../test/repo/system.ts";
import type { Database } from "../../src/database/database.ts";
import { openDatabase } from "../../src/database/open.ts";
import { postgresAt } from "../../src/database/postgres.ts";
import { prepared, preparedQueries } from "../../src/database/prepared.ts";
import { sharedPostgres } from "../shared-postgres.ts";

const often = prepared("select n, word from thing where n = $1");
const listed = "select name, statement from pg_prepared_statements where name like 'relais%'";

describe.runIf(needs("postgres"))("statements that run all the time, on PostgreSQL", () => {
  let url: string;
  let database: Database;

  beforeEach(async () => {
    url = await (await sharedPostgres()).database();
    // One connection: what is prepared is its own.
    database = postgresAt(url, 1);
    await database.query(`create table thing (n int primary key, word text) with (autovacuum_enabled = off);
      insert into thing values (1, 'one'), (2, 'two')`);
    return () => database.close();
  });

  test("are prepared, others are not", async () => {
    expect(await database.query(often, [1])).toEqual([{ n: 1, word: "one" }]);
    expect(await database.query(often, [2])).toEqual([{ n: 2, word: "two" }]);
    await database.query("select word from thing where n = $1", [1]);
    expect(await database.query(listed)).toEqual([
      { name: expect.stringMatching(/^relais_[0-9a-f]{16}$/), statement: often },
    ]);
  });

  test("are not, in a pool that is somebody else's", async () => {
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    // Its connections end a moment after it, and the server may be faster.
    pool.on("error", () => undefined);
    const given = await openDatabase({ database: pool });
    expect(await given.query(often, [1])).toHaveLength(1);
    expect(await given.query(listed)).toEqual([]);
    await given.close();
    await pool.end();
  });

  test("go on without a name when somebody forgets it", async () => {
    await database.query(often, [1]);
    await database.query("deallocate all");
    expect(await database.query(often, [2])).toEqual([{ n: 2, word: "two" }]);
    expect(await database.query(often, [1])).toEqual([{ n: 1, word: "one" }]);
    expect(await database.query(listed)).toEqual([]);
  });

  test("go on without a name when somebody else has it", async () => {
    await database.query(often, [1]);
    const [{ name } = { name: "" }] = await database.query<{ name: string }>(listed);
    const second = postgresAt(url, 1);
    await second.query(`prepare ${name} as select 7 as n`);
    expect(await second.query(often, [2])).toEqual([{ n: 2, word: "two" }]);
    await second.close();
  });

  const session = async (): Promise<unknown> =>
    (await database.query<{ pid: number }>("select pg_backend_pid() as pid"))[0]?.pid;

  test("are prepared anew, in a new session, when what they give has changed", async () => {
    await database.query(often, [1]);
    const before = await session();
    await database.query("alter table thing alter word type varchar(9)");
    expect(await database.query(often, [2])).toEqual([{ n: 2, word: "two" }]);
    expect(await session()).not.toBe(before);
    await database.query(often, [2]);
    expect(await database.query(listed)).toHaveLength(1);
  });

  test("are refused like others, and late like others", async () => {
    await expect(database.query(often, ["no"])).rejects.toMatchObject({ code: "22P02" });
    const slow = prepared("select pg_sleep($1)");
    const before = await session();
    await expect(database.query(slow, [5], 100)).rejects.toThrow("Query read timeout");
    expect(await database.query(often, [1])).toHaveLength(1);
    expect(await session()).not.toBe(before);
  });

  /** How it would be run now. */
  async function planOf(run: (statement: pg.QueryConfig) => Promise<pg.QueryResult>): Promise<unknown> {
    const [{ name }] = (await run({ text: listed })).rows;
    const explained = await run({ text: `explain (format json) execute ${name}(1)` });
    return explained.rows[0]["QUERY PLAN"][0].Plan["Node Type"];
  }

  test.each([
    ["soon", 0, "Index Scan"],
    ["not yet", 60_000, "Seq Scan"],
  ])("are planned again when a table has grown: %s", async (_, afterMs, plan) => {
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    // Its connections end a moment after it, and the server may be faster.
    pool.on("error", () => undefined);
    const run = preparedQueries(pool, afterMs);
    await run({ text: "set plan_cache_mode = force_generic_plan" });
    await run({ text: "analyze thing" });
    await run({ text: often, values: [1] });
    expect(await planOf(run)).toBe("Seq Scan");
    await run({ text: "insert into thing select n, 'more' from generate_series(3, 20000) n" });
    await run({ text: often, values: [1] });
    expect(await planOf(run)).toBe(plan);
    await pool.end();
  });
});
