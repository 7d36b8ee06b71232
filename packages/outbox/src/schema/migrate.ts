import type { Database } from "../database/database.ts";
import { migrations, newest, schema } from "./migrations.ts";

/** The key of the advisory lock under which one process at a time migrates. */
const migrationLock = 0x52_65_6c_61;

/**
 * Brings the tables to this version: one process at a time, all or nothing, by steps that are never changed once
 * published.
 * @throws {Error} the database is of a newer version than this package
 */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [migrationLock]);
    await tx.query(`create schema if not exists ${schema};
      create table if not exists ${schema}.migration (
        version integer primary key, at timestamptz not null default now())`);
    const [at] = await tx.query<{ version: number }>(
      `select coalesce(max(version), 0) as version from ${schema}.migration`,
    );
    const version = at?.version ?? 0;
    if (version > newest) {
      throw new Error(
        `The outbox's tables are of version ${version}, and this @relais/outbox knows ${newest}: update the package.`,
      );
    }
    for (const step of migrations.slice(version)) {
      await tx.query(step.sql);
      await tx.query(`insert into ${schema}.migration (version) values ($1)`, [step.version]);
    }
  });
}
