import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "../database/database.ts";
import { type MessageFilter, whereSql } from "../store/filter.ts";
import type { State } from "../store/states.ts";

/** A command over messages, each of them once. */
export interface OnceEach {
  readonly filter: MessageFilter;
  /** Of these states. */
  readonly states: readonly State[];
  /** Does it: a statement that returns `id`, for the rows `m` whose ids are in `chosen`. */
  readonly sql: (chosen: string) => string;
  /** The first values of the statement. */
  readonly values: readonly unknown[];
  /** At most so many. */
  readonly limit?: number | undefined;
  /** Told how many have been done, after each batch. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

const atOnce = 500;
const idsAtOnce = 20_000;
const nobody = "00000000-0000-0000-0000-000000000000";
const again: ReadonlySet<unknown> = new Set(["40001", "40P01"]);
const tries = 5;

/** The ids of messages that fit, forwards. */
export async function idsOf(
  database: Database,
  filter: MessageFilter,
  states: readonly State[],
  limit: number = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const values: unknown[] = [states];
  const fits = whereSql(filter, values);
  const [after, most] = [`$${values.length + 1}::uuid`, `$${values.length + 2}::int`];
  const sql = `select m.id::text from relais.message m where m.state = any($1::text[]) and ${fits} and m.id > ${after}
    order by m.id limit ${most}`;
  const ids: string[] = [];
  while (ids.length < limit) {
    const wanted = Math.min(idsAtOnce, limit - ids.length);
    const rows = await database.query<{ id: string }>(sql, [...values, ids.at(-1) ?? nobody, wanted]);
    for (const { id } of rows) ids.push(id);
    if (rows.length < wanted) break;
  }
  return ids;
}

/**
 * Does something to each message that fits, once, beside workers that change them meanwhile: to those that fit when it
 * begins, if they still do at their turn, in batches. What comes to fit again, by what was done to it, is not met again.
 * @returns the ids
 */
export async function eachOnce(database: Database, command: OnceEach): Promise<string[]> {
  const { filter, states, limit, onProgress } = command;
  const ids = await idsOf(database, filter, states, limit);
  const values: unknown[] = [...command.values, states];
  const state = `m.state = any($${values.length}::text[])`;
  const fits = whereSql(filter, values);
  const sql = command.sql(`(select m.id from relais.message m where m.id = any($${values.length + 1}::uuid[])
    and ${state} and ${fits} order by m.id for update)`);
  const done: string[] = [];
  for (let i = 0; i < ids.length; i += atOnce) {
    const rows = await patiently(() =>
      database.query<{ id: string }>(`with done as (${sql}) select id::text from done order by id`, [
        ...values,
        ids.slice(i, i + atOnce),
      ]),
    );
    for (const { id } of rows) done.push(id);
    onProgress?.(done.length);
  }
  return done;
}

/** Of two who lock the same rows at the same time one may be told to do it again. */
async function patiently<T>(run: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n += 1) {
    try {
      return await run();
    } catch (error) {
      if (n === tries || !again.has((error as { code?: unknown }).code)) throw error;
    }
    await pause(20 * n);
  }
}
