import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../../test/repo/system.ts";
import type { Database } from "../../src/database/database.ts";
import { pgliteAt } from "../../src/database/pglite/pglite.ts";
import { postgresAt } from "../../src/database/postgres.ts";
import { pgliteFolder } from "../pglite-folder.ts";
import { sharedPostgres } from "../shared-postgres.ts";

const at = new Date("2026-03-04T05:06:07.089Z");
const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
const uuid = "0190163d-8694-739b-aea5-966c26f8ad91";

/** Statements, what they are given, and what both databases must answer. */
const cases: readonly [text: string, values: readonly unknown[] | undefined, rows: readonly unknown[]][] = [
  ["select 1 as a, 'x' as b", undefined, [{ a: 1, b: "x" }]],
  ["select 1 as a; select 2 as a, 3 as b; select 4 as c where false", undefined, [{ a: 1 }, { a: 2, b: 3 }]],
  [
    "create temp table pair (n int); insert into pair values (1), (2); select n from pair",
    undefined,
    [{ n: 1 }, { n: 2 }],
  ],
  ["insert into pair values ($1), ($2) returning n", [3, 4], [{ n: 3 }, { n: 4 }]],
  ["update pair set n = n + 10 where n > $1", [2], []],
  ["select $1::text as v", ["ünï 'q' \\ $1"], [{ v: "ünï 'q' \\ $1" }]],
  ["select $1::text as v", [null], [{ v: null }]],
  ["select $1::text as v", [undefined], [{ v: null }]],
  ["select $1::boolean as v, not $1::boolean as w", [true], [{ v: true, w: false }]],
  ["select $1::int as v", [-7], [{ v: -7 }]],
  ["select $1::smallint as v", [7], [{ v: 7 }]],
  ["select $1::int8 as v", ["9007199254740993"], [{ v: "9007199254740993" }]],
  ["select $1::int8 as v", [12], [{ v: "12" }]],
  ["select count(*) as v from generate_series(1, 3)", undefined, [{ v: "3" }]],
  ["select $1::numeric as v", ["12.340"], [{ v: "12.340" }]],
  ["select $1::float8 as v", [0.1], [{ v: 0.1 }]],
  ["select $1::uuid as v", [uuid], [{ v: uuid }]],
  ["select $1::timestamptz as v", [at], [{ v: at }]],
  ["select $1::timestamptz as v", [at.toISOString()], [{ v: at }]],
  ["select timestamptz '2026-03-04 05:06:07.089123+00' as v", undefined, [{ v: at }]],
  ["select $1::bytea as v", [bytes], [{ v: Buffer.from(bytes) }]],
  ["select $1::bytea as v", [Buffer.from(bytes)], [{ v: Buffer.from(bytes) }]],
  ["select $1::bytea as v", [new Uint8Array(0)], [{ v: Buffer.alloc(0) }]],
  [
    "select $1::jsonb as v",
    [{ a: [1, "x", null], b: { c: true } }],
    [{ v: { a: [1, "x", null], b: { c: true } } }],
  ],
  ["select $1::jsonb as v", [JSON.stringify([1, { a: 2 }])], [{ v: [1, { a: 2 }] }]],
  ["select $1::json as v", ['"text"'], [{ v: "text" }]],
  ["select $1::jsonb as v", [null], [{ v: null }]],
  ["select $1::text[] as v", [["a", 'b"c', "d,e", "", "{f}"]], [{ v: ["a", 'b"c', "d,e", "", "{f}"] }]],
  ["select $1::text[] as v", [[]], [{ v: [] }]],
  ["select $1::text[] as v", [["a", null]], [{ v: ["a", null] }]],
  ["select $1::int[] as v", [[1, 2]], [{ v: [1, 2] }]],
  ["select $1::int8[] as v", [[1, "9007199254740993"]], [{ v: ["1", "9007199254740993"] }]],
  ["select $1::uuid[] as v", [[uuid]], [{ v: [uuid] }]],
  [
    "select n from unnest($1::int[]) as n where n = any($2::int[])",
    [
      [1, 2, 3],
      [2, 3],
    ],
    [{ n: 2 }, { n: 3 }],
  ],
  ["select $1::timestamptz[] as v", [[at]], [{ v: [at] }]],
];

/** What both refuse, with the same SQLSTATE. */
const refused: readonly [text: string, values: readonly unknown[] | undefined, code: string][] = [
  ["select 1 / $1::int as v", [0], "22012"],
  ["select * from nowhere", undefined, "42P01"],
  [
    "create temp table once (n int primary key); insert into once values (1); insert into once values (1)",
    undefined,
    "23505",
  ],
  ["select $1::uuid as v", ["no"], "22P02"],
];

interface Opened {
  readonly database: Database;
  close(): Promise<void>;
}

async function onPglite(): Promise<Opened> {
  const folder = await pgliteFolder();
  const database = await pgliteAt(folder);
  return { database, close: () => database.close().then(() => rmSync(folder, { recursive: true })) };
}

async function onPostgres(): Promise<Opened> {
  // One connection: temporary tables are its own.
  const database = postgresAt(await (await sharedPostgres()).database(), 1);
  return { database, close: () => database.close() };
}

const makes = [
  ["PGlite", onPglite] as const,
  ...(needs("postgres") ? [["PostgreSQL", onPostgres] as const] : []),
];

describe.each(makes)("values on %s", (_, open) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  }, 60_000);
  afterAll(() => opened.close());

  test.each(cases)("%s %o", async (text, values, rows) => {
    expect(await opened.database.query(text, values)).toEqual(rows);
  });

  test.each(refused)("%s %o is refused", async (text, values, code) => {
    await expect(opened.database.query(text, values)).rejects.toMatchObject({ code });
    expect(await opened.database.query("select 1 as still")).toEqual([{ still: 1 }]);
  });
});
