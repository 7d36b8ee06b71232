import type { Database } from "../database/database.ts";
import { checkId, type MessageFilter, whereSql } from "./filter.ts";
import type { State, UnknownPolicy } from "./states.ts";
import type { DeliveryTrace } from "./trace.ts";

/** A message of the outbox, as operators and applications see it: all but its content. */
export interface OutboxMessage {
  readonly id: string;
  readonly tenant: string;
  readonly idempotencyKey?: string;
  readonly state: State;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly priority: number;
  readonly accepted: readonly string[];
  readonly rejected: readonly { readonly address: string; readonly kind: string; readonly reason: string }[];
  /** The provider that really delivered, and its own id of the message. */
  readonly provider?: string;
  readonly providerMessageId?: string;
  /** Calls of a provider that were made. One that was passed over is not among them, though it is in the trace. */
  readonly attempts: number;
  readonly lastError?: string;
  readonly onUnknown: UnknownPolicy;
  readonly notBefore: Date;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly endedAt?: Date;
  readonly worker?: string;
  readonly deliveryTrace: DeliveryTrace;
}

/** The columns of `OutboxMessage`, under its names. */
const messageColumns: string = `
  id::text, tenant, idempotency_key as "idempotencyKey", state, coalesce(recipients, '{}') as recipients,
  coalesce(content->>'subject', '') as subject, priority::int, accepted, rejected, provider,
  provider_message_id as "providerMessageId", attempts, last_error as "lastError", on_unknown as "onUnknown",
  not_before as "notBefore", expires_at as "expiresAt", created_at as "createdAt", updated_at as "updatedAt",
  ended_at as "endedAt", worker, delivery_trace as "deliveryTrace"`;

/** A row without what it does not have. */
function outboxMessage(row: Record<string, unknown>): OutboxMessage {
  const present = Object.entries(row).filter(([, value]) => value !== null);
  return Object.freeze(Object.fromEntries(present)) as unknown as OutboxMessage;
}

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
