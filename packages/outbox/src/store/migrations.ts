import { getConstructionPlans } from "pg-boss";
import type { Database, Queryable } from "../database/database.ts";
import { bounds, functions, ids, tables } from "./schema.ts";

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

/** Where the messages are. */
export const schema = "relais";
/** Where pg-boss keeps its jobs: a schema of ours, since an application may have a pg-boss of its own. */
export const queueSchema = "relais_queue";

export interface Migration {
  readonly version: number;
  readonly sql: string;
}

/** In order. One that was published is never changed: another is added. */
export const migrations: readonly Migration[] = [
  { version: 1, sql: `${ids}${tables}${functions}` },
  // Which lease a message is held under; before, each had a job.
  { version: 2, sql: "alter table relais.message add column lease uuid;" },
  // Rows by plain SQL are read as they are; and a clock that was set back must not hide what has changed.
  {
    version: 3,
    sql: `
update relais.message set
  delivery_trace = case when jsonb_typeof(delivery_trace) = 'object' then delivery_trace else '{}' end
    || jsonb_build_object('v', 1, 'status', state, 'attempts', case when jsonb_typeof(delivery_trace->'attempts') = 'array'
      then delivery_trace->'attempts' else '[]' end),
  rejected = case when jsonb_typeof(rejected) = 'array' then rejected else '[]' end
where (jsonb_typeof(delivery_trace->'attempts') = 'array') is not true or jsonb_typeof(rejected) <> 'array';
alter table relais.message add constraint trace_has_attempts
  check ((jsonb_typeof(delivery_trace->'attempts') = 'array') is true);
alter table relais.message add constraint rejected_is_a_list check (jsonb_typeof(rejected) = 'array');
drop index relais.message_source;
create index message_source on relais.message (source, updated_at)
  where source is not null and mirrored_at is distinct from updated_at;`,
  },
  { version: 4, sql: bounds },
];

export const newest: number = migrations.length;

/** All SQL that an empty database needs, for those who run it themselves. */
export function wholeSchema(): string {
  return `begin;
create schema if not exists ${schema};
create table ${schema}.migration (version integer primary key, at timestamptz not null default now());
${migrations.map(({ version, sql }) => `${sql.trim()}\ninsert into ${schema}.migration (version) values (${version});`).join("\n\n")}
commit;

${getConstructionPlans(queueSchema).trim()}
`;
}

interface Version {
  readonly version: number;
  /** The oldest version of the package that may work on it. */
  readonly needs: number;
}

/** @returns the version of the tables, `undefined` if there are none */
async function tablesVersion(database: Queryable): Promise<Version | undefined> {
  const [there] = await database.query<{ there: boolean }>(
    `select to_regclass('${schema}.migration') is not null as there`,
  );
  if (!there?.there) return undefined;
  const [row] = await database.query<Version>(
    `select version, coalesce((to_jsonb(m)->>'min_compatible')::int, version) as needs
     from ${schema}.migration m order by version desc limit 1`,
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

/** @throws {Error} one sentence: the tables are not there, or not such that this package can work on them */
export async function checkVersion(database: Queryable): Promise<void> {
  const at = await tablesVersion(database);
  if (at === undefined) throw new Error("The outbox has no tables: run relais outbox migrate, or its SQL.");
  checkNotNewer(at);
  if (at.version < newest) {
    throw new Error(
      `The outbox's tables are of version ${at.version}, and this @relais/outbox needs ${newest}: run relais outbox migrate, or its SQL.`,
    );
  }
}
