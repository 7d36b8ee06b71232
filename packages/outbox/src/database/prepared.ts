import { createHash } from "node:crypto";
import type pg from "pg";
import { lend } from "./connections.ts";

const names = new Map<string, string>();

/**
 * Marks a statement that runs all the time, so that PostgreSQL need not parse and plan it each time. Its name says
 * what is in it: under one name nobody finds another statement.
 * @returns the text, as it is
 */
export function prepared(text: string): string {
  names.set(text, `relais_${createHash("sha256").update(text).digest("hex").slice(0, 16)}`);
  return text;
}

/**
 * How long a plan is relied on. One that was made for a table of ten rows is of no use when it has ten thousand, and
 * statistics, which would tell, are gathered once a minute.
 */
const replanAfterMs = 10_000;

/** "There is no such statement", "there is one": somebody between us and PostgreSQL gives our session to others. */
const shared: ReadonlySet<unknown> = new Set(["26000", "42P05"]);
/** Also said when a table has changed so that a plan does not fit any more. */
const unsupported = "0A000";

/**
 * Runs statements on a pool, those that are marked as prepared ones. Where the session turns out to be shared with
 * others (PgBouncer and the like) it goes on without. What PostgreSQL refused for its name had not been run.
 */
export function preparing(
  pool: pg.Pool,
  afterMs: number = replanAfterMs,
): (statement: pg.QueryConfig) => Promise<pg.QueryResult> {
  const plannedAt = new WeakMap<pg.PoolClient, number>();
  let ours = true;

  const byName = (name: string, statement: pg.QueryConfig): Promise<pg.QueryResult> =>
    lend(pool, async (client) => {
      const now = Date.now();
      const since = plannedAt.get(client);
      const old = since !== undefined && now - since >= afterMs;
      if (old) await client.query({ ...statement, text: "discard plans", values: [] });
      if (old || since === undefined) plannedAt.set(client, now);
      return client.query({ ...statement, name });
    });
  const once = (statement: pg.QueryConfig): Promise<pg.QueryResult> =>
    lend(pool, (client) => client.query(statement));

  return async (statement) => {
    const name = ours ? names.get(statement.text) : undefined;
    if (name === undefined) return once(statement);
    try {
      return await byName(name, statement);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (shared.has(code)) ours = false;
      else if (code !== unsupported) throw error;
      return once(statement);
    }
  };
}
