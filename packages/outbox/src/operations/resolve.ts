import type { Database } from "../database/database.ts";
import type { MessageFilter } from "../store/filter.ts";
import type { State } from "../store/states.ts";
import { holdable } from "../store/trace.ts";
import { eachOnce, idsOf } from "./each-once.ts";

/** Who does something to messages by hand, and why: it stands in their traces. */
export interface Operator {
  /** A name, 1 to 100 characters. */
  readonly by: string;
  readonly reason?: string | undefined;
  /** Told how many have been done, after each batch. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** States from which a message may be sent again by hand. */
export const resendable: readonly State[] = ["unknown", "failed", "partial", "expired", "cancelled"];

export interface ResendOptions extends Operator {
  /** Only count. @defaultValue false */
  readonly dryRun?: boolean | undefined;
  /** How long they may then take, ms. @defaultValue 3 days */
  readonly expiresInMs?: number | undefined;
  /** At most so many. @defaultValue all */
  readonly limit?: number | undefined;
}

function resolution({ by, reason }: Operator, as: string): string {
  if (typeof by !== "string" || by.trim() === "" || by.length > 100) {
    throw new TypeError("by must say who does this, in 1 to 100 characters");
  }
  const note = reason === undefined ? {} : { note: holdable(reason.slice(0, 500)) };
  return JSON.stringify({ by: `operator:${holdable(by)}`, as, at: new Date().toISOString(), ...note });
}

const trace = (status: string, parameter: string): string =>
  `m.delivery_trace || jsonb_build_object('status', ${status}, 'resolution', ${parameter}::jsonb)`;

/**
 * Queues messages again, for those of their recipients who do not have them. Of `unknown` ones a second copy may
 * arrive: that is what the operator decides.
 * @returns their ids
 */
export async function resend(
  database: Database,
  filter: MessageFilter,
  options: ResendOptions,
): Promise<string[]> {
  const { dryRun = false, expiresInMs = 3 * 86_400_000, limit, onProgress } = options;
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    throw new TypeError("limit must be a whole number of at least 1");
  }
  const how = resolution(options, "resend");
  if (dryRun) return idsOf(database, filter, resendable, limit);
  const done = await eachOnce(database, {
    filter,
    limit,
    onProgress,
    states: resendable,
    values: [how, expiresInMs],
    sql: (
      chosen,
    ) => `update relais.message m set state = 'queued', turn = relais.next_turn(m.priority, m.tenant),
        rejected = '[]', provider = null, provider_message_id = null, ended_at = null, updated_at = now(),
        not_before = now(), deferrals = 0, recoveries = 0, expires_at = now() + $2::float8 * interval '1 millisecond',
        delivery_trace = ${trace("'queued'", "$1")}
      where m.id in ${chosen} returning m.id`,
  });
  if (done.length > 0) await database.query("select pg_notify('relais_outbox', '')");
  return done;
}

export interface ResolveOptions extends Operator {
  /** `sent`: it did arrive; `failed`: it did not, and shall not be sent. */
  readonly as: "sent" | "failed";
}

/** Settles `unknown` messages by hand. @returns their ids */
export async function resolve(
  database: Database,
  filter: MessageFilter,
  options: ResolveOptions,
): Promise<string[]> {
  const { as, onProgress } = options;
  if (as !== "sent" && as !== "failed") throw new TypeError('as must be "sent" or "failed"');
  const by = "(select provider from relais.attempt a where a.message = m.id order by a.seq desc limit 1)";
  const set =
    as === "sent"
      ? `state = 'sent', provider = coalesce(${by}, 'operator'), accepted = coalesce(m.recipients, m.accepted)`
      : "state = 'failed'";
  const provided = as === "sent" ? ` || jsonb_build_object('provider', coalesce(${by}, 'operator'))` : "";
  return eachOnce(database, {
    filter,
    onProgress,
    states: ["unknown"],
    values: [resolution(options, as)],
    sql: (chosen) => `update relais.message m set ${set}, ended_at = now(), updated_at = now(),
        delivery_trace = ${trace(`'${as}'`, "$1")}${provided}
      where m.id in ${chosen} returning m.id`,
  });
}

export interface CancelOptions {
  /** Told how many have been cancelled, after each batch. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Cancels messages that are not under way. @returns the ids of those that were not too late */
export function cancel(
  database: Database,
  filter: MessageFilter,
  { onProgress }: CancelOptions = {},
): Promise<string[]> {
  return eachOnce(database, {
    filter,
    onProgress,
    states: ["queued", "deferred"],
    values: [],
    sql: (chosen) => `update relais.message m set state = 'cancelled', ended_at = now(), updated_at = now(),
        delivery_trace = m.delivery_trace || '{"status": "cancelled"}'
      where m.id in ${chosen} returning m.id`,
  });
}
