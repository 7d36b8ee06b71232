import type { Database, DatabaseOwner } from "../database/database.ts";
import { withQueryTimeout } from "../database/with-timeout.ts";
import { states } from "../store/message.ts";
import {
  type ColumnTypes,
  columnTypes,
  type QuotedMapping,
  quotedMapping,
  statusFor,
  type TableMapping,
} from "./mapping.ts";

/** Where a worker gets messages from, besides the outbox itself. */
export interface MessageSource {
  /** Brings in what is new, and writes back what has become of what was brought in. @returns how many came in */
  round(): Promise<number>;
}

const most = 500;

/**
 * Takes rows and writes their messages down, in one statement: a row is taken if and only if its message is there. One
 * that was taken before and is pending once more gets what became of its message: to send it again is for
 * `outbox.resend`.
 */
function takeSql({ name, table, column, status }: QuotedMapping): string {
  const part = (key: string, of: string | undefined): string =>
    of === undefined ? "" : `'${key}', t.${of}, `;
  const content = [part("html", column.html), part("from", column.from), `'to', t.${column.recipient}`].join(
    "",
  );
  return `
    with taken as (
      select t.${column.id} as key from ${table} t
      where t.${column.status} = '${literal(status.pending)}' order by t.${column.id} limit ${most}
      for update skip locked),
    written as (
      select t.${column.id} as key, e.id, e.created from ${table} t join taken on taken.key = t.${column.id},
      lateral relais.enqueue(jsonb_build_object(
        'content', jsonb_strip_nulls(jsonb_build_object(${content}, 'subject', t.${column.subject}, 'text', t.${column.body})),
        'idempotencyKey', 'table:${literal(name)}:' || t.${column.id}::text,
        'source', '${literal(name)}', 'sourceId', t.${column.id}::text)) e),
    known as (update relais.message m set mirrored_at = null from written where m.id = written.id and not written.created)
    update ${table} t set ${column.status} = '${literal(status.sending)}', ${column.claimedAt} = now()
    from written where t.${column.id} = written.key returning 1`;
}

/**
 * Writes states and traces back, where they have changed since the last time. Values are made of the columns' types, an
 * enum or a uuid: a column that was made into a text would not be found by its index.
 */
function mirrorSql({ table, column }: QuotedMapping, types: ColumnTypes): string {
  return `
    with changed as materialized (
      select m.id, m.source_id::${types.id} as key, m.state, m.delivery_trace, m.updated_at from relais.message m
      where m.source = $1 and m.mirrored_at is distinct from m.updated_at
      order by m.updated_at limit ${most} for update skip locked),
    written as (
      update ${table} t set ${column.status} = ($2::jsonb->>changed.state)::${types.status},
        ${column.trace} = changed.delivery_trace::${types.trace}
      from changed where t.${column.id} = changed.key)
    update relais.message m set mirrored_at = changed.updated_at from changed where m.id = changed.id returning 1`;
}

const literal = (text: string): string => text.replaceAll("'", "''");

/** @throws {Error} one sentence: the table or one of its columns is not there */
function mirroring(database: Database, mapping: QuotedMapping): () => Promise<void> {
  const words = JSON.stringify(Object.fromEntries(states.map((state) => [state, statusFor(state, mapping)])));
  let sql: string | undefined;
  return async () => {
    sql ??= mirrorSql(mapping, await columnTypes(database, mapping));
    try {
      for (;;) {
        const rows = await database.query(sql, [mapping.name, words]);
        if (rows.length < most) return;
      }
    } catch (error) {
      // Somebody may have changed the table.
      sql = undefined;
      throw error;
    }
  };
}

/** An answer of the database that has not come by then is taken for lost: the next round asks again. */
const answersWithinMs = 30_000;

/**
 * An application's own table of mail as a source of a worker: its pending rows become messages of the outbox, with all
 * that holds there, and the row's status and trace follow what becomes of them.
 * @throws {TypeError} one sentence about the mapping
 */
export function tableSource(outbox: DatabaseOwner, mapping: TableMapping): MessageSource {
  const quoted = quotedMapping(mapping);
  const take = takeSql(quoted);
  const database = withQueryTimeout(outbox.database, answersWithinMs);
  const mirror = mirroring(database, quoted);
  return {
    async round() {
      const taken = await database.query(take);
      await mirror();
      return taken.length;
    },
  };
}
