import type { Database } from "./database/database.ts";
import { type MessageFilter, whereSql } from "./filter.ts";
import type { State } from "./state.ts";

/** Who does something to messages by hand, and why: it stands in their traces. */
export interface Operator {
  /** A name, 1 to 100 characters. */
  readonly by: string;
  readonly reason?: string | undefined;
}

/** States from which a message may be sent again by hand. */
export const resendable: readonly State[] = ["unknown", "failed", "partial", "expired", "cancelled"];

export interface ResendOptions extends Operator {
  /** Only count. @defaultValue false */
  readonly dryRun?: boolean | undefined;
  /** How long they may then take, ms. @defaultValue 3 days */
  readonly expiresInMs?: number | undefined;
  /** At most so many at once. @defaultValue 500 */
  readonly limit?: number | undefined;
}

function resolution({ by, reason }: Operator, as: string): string {
  if (typeof by !== "string" || by.trim() === "" || by.length > 100) {
    throw new TypeError("by must say who does this, in 1 to 100 characters");
  }
  const note = reason === undefined ? {} : { note: reason.slice(0, 500) };
  return JSON.stringify({ by: `operator:${by}`, as, at: new Date().toISOString(), ...note });
}

const trace = (status: string, parameter: string): string =>
  `m.delivery_trace || jsonb_build_object('status', ${status}, 'resolution', ${parameter}::jsonb)`;

/**
 * Queues messages again, for those of their recipients who do not have them. Of `unknown` ones a second copy may
 * arrive: that is what the operator decides.
 * @returns the ids, as many as `limit` at once
 */
export async function resend(
  database: Database,
  filter: MessageFilter,
  options: ResendOptions,
): Promise<string[]> {
  const { dryRun = false, expiresInMs = 3 * 86_400_000, limit = 500 } = options;
  const values: unknown[] = [resolution(options, "resend"), expiresInMs, resendable, limit];
  const where = whereSql(filter, values);
  const chosen = `select m.id from relais.message m where m.state = any($3::text[]) and ${where} order by m.id limit $4`;
  const sql = dryRun
    ? `with unused as (select $1::text, $2::float8) ${chosen}`
    : `update relais.message m set state = 'queued', turn = relais.next_turn(m.priority, m.tenant), rejected = '[]',
         provider = null, provider_message_id = null, ended_at = null, updated_at = now(), not_before = now(),
         deferrals = 0, expires_at = now() + $2::float8 * interval '1 millisecond',
         delivery_trace = ${trace("'queued'", "$1")}
       where m.id in (${chosen} for update skip locked) returning m.id::text`;
  const rows = await database.query<{ id: string }>(sql, values);
  if (rows.length > 0 && !dryRun) await database.query("select pg_notify('relais_outbox', '')");
  return rows.map(({ id }) => id);
}

export interface ResolveOptions extends Operator {
  /** `sent`: it did arrive; `failed`: it did not, and shall not be sent. */
  readonly as: "sent" | "failed";
}

/** Settles `unknown` messages by hand. @returns the ids */
export async function resolve(
  database: Database,
  filter: MessageFilter,
  options: ResolveOptions,
): Promise<string[]> {
  if (options.as !== "sent" && options.as !== "failed") throw new TypeError('as must be "sent" or "failed"');
  const values: unknown[] = [resolution(options, options.as)];
  const where = whereSql(filter, values);
  const by = "(select provider from relais.attempt a where a.message = m.id order by a.seq desc limit 1)";
  const set =
    options.as === "sent"
      ? `state = 'sent', provider = coalesce(${by}, 'operator'), accepted = coalesce(m.recipients, m.accepted)`
      : "state = 'failed'";
  const rows = await database.query<{ id: string }>(
    `update relais.message m set ${set}, ended_at = now(), updated_at = now(),
       delivery_trace = ${trace(`'${options.as}'`, "$1")}
     where m.state = 'unknown' and ${where} returning m.id::text`,
    values,
  );
  return rows.map(({ id }) => id);
}

/** Cancels messages that are not under way. @returns the ids of those that were not too late */
export async function cancel(database: Database, filter: MessageFilter): Promise<string[]> {
  const values: unknown[] = [];
  const where = whereSql(filter, values);
  const rows = await database.query<{ id: string }>(
    `update relais.message m set state = 'cancelled', ended_at = now(), updated_at = now(),
       delivery_trace = m.delivery_trace || '{"status": "cancelled"}'
     where m.state in ('queued', 'deferred') and ${where} returning m.id::text`,
    values,
  );
  return rows.map(({ id }) => id);
}
