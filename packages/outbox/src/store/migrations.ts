import type { Database, Queryable } from "../database/database.ts";
import {
  version1,
  version2,
  version3,
  version4,
  version5,
  version6,
  version7,
  version8,
  version9,
} from "./schema.ts";

export interface Migration {
  readonly version: number;
  readonly sql: string;
  /** The version of the package that may still work on the tables then. @defaultValue this one */
  readonly minCompatible?: number;
}

/** In order. One that was published is never changed: another is added. */
export const migrations: readonly Migration[] = [
  { version: 1, sql: version1 },
  { version: 2, sql: version2 },
  { version: 3, sql: version3 },
  { version: 4, sql: version4 },
  { version: 5, sql: version5 },
  { version: 6, sql: version6, minCompatible: 5 },
  { version: 7, sql: version7, minCompatible: 5 },
  { version: 8, sql: version8, minCompatible: 5 },
  { version: 9, sql: version9, minCompatible: 5 },
];

export const newest: number = migrations.length;

/** The column for the second number is there from version 4 on. */
function recordSql({ version, minCompatible }: Migration): string {
  return minCompatible === undefined
    ? `insert into relais.migration (version) values (${version})`
    : `insert into relais.migration (version, min_compatible) values (${version}, ${minCompatible})`;
}

/** All SQL that an empty database needs, for those who run it themselves. */
export function wholeSchema(): string {
  return `begin;
create schema if not exists relais;
create table relais.migration (version integer primary key, at timestamptz not null default now());
${migrations.map((one) => `${one.sql.trim()}\n${recordSql(one)};`).join("\n\n")}
commit;
`;
}

/** The key of the advisory lock under which one process at a time migrates. */
const migrationLock = 0x52_65_6c_61;

const insufficientPrivilege = "42501";

/**
 * Brings the tables to this version: one process at a time, all or nothing. Where they are of it already it does
 * nothing, so that a role that may make nothing can use them.
 * @throws {Error} the database is of a newer version than this package, or the role may not make the tables
 */
export async function migrate(database: Database): Promise<void> {
  const found = await tablesVersion(database);
  if (found !== undefined) checkNotNewer(found);
  if (found !== undefined && found.version >= newest) return;
  try {
    // A lock is waited for, and a large table altered, as long as that takes.
    await database.transaction(runMigrations, Number.POSITIVE_INFINITY);
  } catch (error) {
    if ((error as { code?: unknown }).code !== insufficientPrivilege) throw error;
    throw new Error(
      "The database's role may not make or change the outbox's tables: have somebody who may run relais outbox migrate (or the SQL of its --print).",
    );
  }
}

async function runMigrations(tx: Queryable): Promise<void> {
  // What is counted must be seen after the lock under which it is counted, whatever the database is set to.
  await tx.query("set transaction isolation level read committed");
  await tx.query("select pg_advisory_xact_lock($1)", [migrationLock]);
  await tx.query(`create schema if not exists relais;
    create table if not exists relais.migration (
      version integer primary key, at timestamptz not null default now())`);
  const found = await tablesVersion(tx);
  if (found !== undefined) checkNotNewer(found);
  for (const one of migrations.slice(found?.version ?? 0)) {
    await tx.query(one.sql);
    await tx.query(recordSql(one));
  }
}

/** @throws {Error} one sentence: the tables are not there, or not of a version that this package can work on */
export async function checkVersion(database: Queryable): Promise<void> {
  const found = await tablesVersion(database);
  if (found === undefined)
    throw new Error("The outbox has no tables: run relais outbox migrate, or its SQL.");
  checkNotNewer(found);
  if (found.version < newest) {
    throw new Error(
      `The outbox's tables are of version ${found.version}, and this @relais/outbox needs ${newest}: run relais outbox migrate, or its SQL.`,
    );
  }
}

interface Version {
  readonly version: number;
  /** The oldest version of the package that may work on it. */
  readonly needs: number;
}

/** @returns the version of the tables, `undefined` if there are none */
async function tablesVersion(database: Queryable): Promise<Version | undefined> {
  const [table] = await database.query<{ exists: boolean }>(
    "select to_regclass('relais.migration') is not null as exists",
  );
  if (!table?.exists) return undefined;
  const [row] = await database.query<Version>(
    `select version, coalesce((to_jsonb(m)->>'min_compatible')::int, version) as needs
     from relais.migration m order by version desc limit 1`,
  );
  return row;
}

/** @throws {Error} this package is too old for them */
function checkNotNewer({ version, needs }: Version): void {
  if (version > newest && needs > newest) {
    throw new Error(
      `The outbox's tables are of version ${version}, and this @relais/outbox knows ${newest}: update the package.`,
    );
  }
}
