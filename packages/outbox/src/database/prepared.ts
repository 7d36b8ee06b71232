import { createHash } from "node:crypto";
import type pg from "pg";
import { withConnection } from "./connections.ts";

const names = new Map<string, string>();

/**
 * Marks a frequent statement, so that PostgreSQL need not parse and plan it each time. Its name is a hash of its text:
 * one name never stands for two statements.
 * @returns the text, as it is
 */
export function prepared(text: string): string {
  names.set(text, `relais_${createHash("sha256").update(text).digest("hex").slice(0, 16)}`);
  return text;
}

/**
 * How long a plan is kept. One that was made for a table of ten rows is of no use when it has ten thousand, and
 * statistics are gathered only once a minute.
 */
const replanAfterMs = 10_000;

/** "No such statement", "statement exists": a pooler between us and PostgreSQL shares our session with others. */
const sharedSession: ReadonlySet<unknown> = new Set(["26000", "42P05"]);
/** Also the code for a table that has changed so that a plan does not fit any more. */
const unsupported = "0A000";

/**
 * Runs statements on a pool, marked ones as prepared statements. Where the session turns out to be shared (PgBouncer and
 * the like) it does without. A statement that PostgreSQL refused for its name has not been executed.
 */
export function preparedQueries(
  pool: pg.Pool,
  maxPlanAgeMs: number = replanAfterMs,
): (statement: pg.QueryConfig) => Promise<pg.QueryResult> {
  const plannedAt = new WeakMap<pg.PoolClient, number>();
  let supported = true;

  const runPrepared = (name: string, statement: pg.QueryConfig): Promise<pg.QueryResult> =>
    withConnection(pool, async (client) => {
      const now = Date.now();
      const since = plannedAt.get(client);
      const expired = since !== undefined && now - since >= maxPlanAgeMs;
      if (expired) await client.query({ ...statement, text: "discard plans", values: [] });
      if (expired || since === undefined) plannedAt.set(client, now);
      return client.query({ ...statement, name });
    });
  const runOnce = (statement: pg.QueryConfig): Promise<pg.QueryResult> =>
    withConnection(pool, (client) => client.query(statement));

  return async (statement) => {
    const name = supported ? names.get(statement.text) : undefined;
    if (name === undefined) return runOnce(statement);
    try {
      return await runPrepared(name, statement);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (sharedSession.has(code)) supported = false;
      else if (code !== unsupported) throw error;
      return runOnce(statement);
    }
  };
}
