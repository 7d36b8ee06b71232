import { getConstructionPlans } from "pg-boss";
import { bounds } from "./bounds.ts";
import { functions, ids } from "./functions.ts";
import { tables } from "./tables.ts";

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
