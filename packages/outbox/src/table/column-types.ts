import type { Queryable } from "../database/database.ts";
import type { QuotedMapping } from "./table-mapping.ts";

/** The types of those columns that are written or looked up, as SQL has them. */
export interface ColumnTypes {
  readonly id: string;
  readonly status: string;
  readonly trace: string;
}

const typesSql = `select a.attname as name, format_type(a.atttypid, null) as type
  from pg_attribute a where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped`;

/** Looks them up: the table is the application's. @throws {Error} one sentence: it, or a column, is not there */
export async function columnTypes(database: Queryable, mapping: QuotedMapping): Promise<ColumnTypes> {
  const rows = await database.query<{ name: string; type: string }>(typesSql, [mapping.table]);
  if (rows.length === 0) throw new Error(`there is no table ${mapping.name}`);
  const types = new Map(rows.map(({ name, type }) => [name, type]));
  const typeOf = (quoted: string | undefined): string => {
    const type = types.get((quoted ?? "").slice(1, -1));
    if (type === undefined) throw new Error(`the table ${mapping.name} has no column ${quoted}`);
    return type;
  };
  const { id, status, trace } = mapping.column;
  return { id: typeOf(id), status: typeOf(status), trace: typeOf(trace) };
}
