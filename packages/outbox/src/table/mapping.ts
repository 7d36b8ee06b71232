import type { Queryable } from "../database/database.ts";
import type { State } from "../store/message.ts";

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

/** Which column of an application's own table holds what. */
export interface TableColumns {
  /** The row's key, of any type that has an order. @defaultValue `id` */
  readonly id?: string | undefined;
  /** Whom the mail is for: one address, or several with commas. @defaultValue `recipient` */
  readonly recipient?: string | undefined;
  /** Its subject. @defaultValue `subject` */
  readonly subject?: string | undefined;
  /** The body as plain text. @defaultValue `body` */
  readonly body?: string | undefined;
  /** The body as HTML. @defaultValue none */
  readonly html?: string | undefined;
  /** The sender. @defaultValue none: that of the outbox */
  readonly from?: string | undefined;
  /** Where the row stands, in words. @defaultValue `status` */
  readonly status?: string | undefined;
  /** jsonb: what became of it, and which provider really delivered. @defaultValue `delivery_trace` */
  readonly trace?: string | undefined;
  /** When a worker took it. @defaultValue `claimed_at` */
  readonly claimedAt?: string | undefined;
}

/** The values of the status column. */
export interface TableStatuses {
  /** Rows to be sent. @defaultValue `pending` */
  readonly pending?: string | undefined;
  /** Taken, and not over. @defaultValue `sending` */
  readonly sending?: string | undefined;
  /** Delivered, to some of its recipients at least. @defaultValue `sent` */
  readonly sent?: string | undefined;
  /** Refused permanently, expired or cancelled. @defaultValue `failed` */
  readonly failed?: string | undefined;
  /** It is unknown whether it arrived. @defaultValue `unknown` */
  readonly unknown?: string | undefined;
}

/** An application's own table of mail, in the same database as the outbox. */
export interface TableMapping {
  /** `outbound_deliveries`, or `schema.table`. */
  readonly name: string;
  readonly columns?: TableColumns | undefined;
  readonly statuses?: TableStatuses | undefined;
}

/** A mapping with its identifiers quoted, fit for SQL. */
export interface QuotedMapping {
  readonly name: string;
  readonly table: string;
  readonly column: Readonly<Record<keyof TableColumns, string | undefined>>;
  readonly status: Readonly<Record<keyof TableStatuses, string>>;
}

const identifier = /^[A-Za-z_][A-Za-z0-9_$]{0,62}$/;

function quoted(field: string, name: string): string {
  if (typeof name !== "string" || !identifier.test(name)) {
    throw new TypeError(`${field} must be the name of a column or table: letters, digits and _`);
  }
  return `"${name}"`;
}

const columns = {
  id: "id",
  recipient: "recipient",
  subject: "subject",
  body: "body",
  html: undefined,
  from: undefined,
  status: "status",
  trace: "delivery_trace",
  claimedAt: "claimed_at",
} as const;
const statuses = {
  pending: "pending",
  sending: "sending",
  sent: "sent",
  failed: "failed",
  unknown: "unknown",
} as const;

/** @throws {TypeError} one sentence that names the field */
export function quotedMapping(mapping: TableMapping): QuotedMapping {
  const parts = typeof mapping.name === "string" ? mapping.name.split(".") : [];
  if (parts.length < 1 || parts.length > 2)
    throw new TypeError("table.name must be a table, or schema.table");
  const column = Object.entries({ ...columns, ...mapping.columns }).map(([key, name]) => {
    if (!(key in columns))
      throw new TypeError(`table.columns has no ${key}; there are ${Object.keys(columns).join(", ")}`);
    return [key, name === undefined ? undefined : quoted(`table.columns.${key}`, name)];
  });
  const status = Object.entries({ ...statuses, ...mapping.statuses });
  const wrong = status.find(([key, word]) => !(key in statuses) || typeof word !== "string" || word === "");
  if (wrong !== undefined)
    throw new TypeError(`table.statuses.${wrong[0]} must be one of the five, and a word`);
  return {
    name: mapping.name,
    table: parts.map((part) => quoted("table.name", part)).join("."),
    column: Object.fromEntries(column) as QuotedMapping["column"],
    status: Object.fromEntries(status) as QuotedMapping["status"],
  };
}

/** The status of a row, for a state of its message. */
export function statusFor(state: State, { status }: QuotedMapping): string {
  if (state === "sent" || state === "partial") return status.sent;
  if (state === "failed" || state === "expired" || state === "cancelled") return status.failed;
  return state === "unknown" ? status.unknown : status.sending;
}
