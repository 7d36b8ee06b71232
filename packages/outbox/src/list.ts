import type { Database } from "./database/database.ts";
import { checkId, type MessageFilter, whereSql } from "./filter.ts";
import { messageColumns, type OutboxMessage, outboxMessage } from "./outbox-message.ts";

export interface ListOptions extends MessageFilter {
  /** 1 to 1000. @defaultValue 50 */
  readonly limit?: number | undefined;
  /** The last id of the page before. */
  readonly after?: string | undefined;
}

/** Messages, the newest first. @throws {TypeError} one sentence that names the field */
export async function list(database: Database, options: ListOptions): Promise<OutboxMessage[]> {
  const { limit = 50, after, ...filter } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new TypeError("limit must be a whole number from 1 to 1000");
  }
  const values: unknown[] = [];
  let where = whereSql(filter, values);
  if (after !== undefined) {
    values.push(checkId(after));
    where += ` and m.id < $${values.length}::uuid`;
  }
  const rows = await database.query(
    `select ${messageColumns} from relais.message m where ${where} order by m.id desc limit ${limit}`,
    values,
  );
  return rows.map(outboxMessage);
}

export async function get(database: Database, id: string): Promise<OutboxMessage | undefined> {
  return (await list(database, { ids: [id] }))[0];
}
