import type { Database } from "../database/database.ts";
import { migrations, newest, schema } from "./migrations.ts";
import { checkNotNewer, tablesVersion } from "./version.ts";

/** The key of the advisory lock under which one process at a time migrates. */
const migrationLock = 0x52_65_6c_61;

/** PostgreSQL's word for "you may not". */
const notAllowed = "42501";

/**
 * Brings the tables to this version: one process at a time, all or nothing, by steps that are never changed once
 * published. Where they are of it already nothing is done, so that a role that may make nothing can use them.
 * @throws {Error} the database is of a newer version than this package, or the role may not make the tables
 */
export async function migrate(database: Database): Promise<void> {
  const found = await tablesVersion(database);
  if (found !== undefined) checkNotNewer(found);
  if (found !== undefined && found.version >= newest) return;
  try {
    await make(database);
  } catch (error) {
    if ((error as { code?: unknown }).code !== notAllowed) throw error;
    throw new Error(
      "The database's role may not make or change the outbox's tables: have somebody who may run relais outbox migrate (or the SQL of its --print).",
    );
  }
}

async function make(database: Database): Promise<void> {
  // A lock is waited for, and a large table altered, as long as that takes.
  const forEver = Number.POSITIVE_INFINITY;
  await database.transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [migrationLock]);
    await tx.query(`create schema if not exists ${schema};
      create table if not exists ${schema}.migration (
        version integer primary key, at timestamptz not null default now())`);
    const at = await tablesVersion(tx);
    if (at !== undefined) checkNotNewer(at);
    for (const step of migrations.slice(at?.version ?? 0)) {
      await tx.query(step.sql);
      await tx.query(`insert into ${schema}.migration (version) values ($1)`, [step.version]);
    }
  }, forEver);
}
