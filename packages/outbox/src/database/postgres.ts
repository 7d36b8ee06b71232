import pg from "pg";
import type { Database, Queryable, Row } from "./database.ts";
import { listenOn } from "./postgres-listen.ts";

/** Several statements in one query give several results. */
function rowsOf<T>(result: pg.QueryResult | readonly pg.QueryResult[]): readonly T[] {
  return (
    Array.isArray(result) ? result.flatMap(({ rows }) => rows) : (result as pg.QueryResult).rows
  ) as T[];
}

function queryable(client: Pick<pg.ClientBase, "query">): Queryable {
  return {
    query: async <T extends object = Row>(text: string, values?: readonly unknown[]) =>
      rowsOf<T>(values === undefined ? await client.query(text) : await client.query(text, [...values])),
  };
}

async function inTransaction<T>(pool: pg.Pool, run: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query("begin");
    const result = await run(queryable(client));
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * A PostgreSQL server, by a pool of `pg`.
 * @param owned whether `close` ends the pool
 */
export function postgres(pool: pg.Pool, owned: boolean): Database {
  // A connection that breaks is replaced. The pool listens to those that are idle; one that breaks while it is lent, or
  // on its way out, would end the process without a listener of its own.
  const onError = (): void => undefined;
  const onConnect = (client: pg.PoolClient): void => void client.on("error", onError);
  pool.on("error", onError).on("connect", onConnect);
  return Object.freeze({
    kind: "postgres",
    ...queryable(pool as unknown as pg.ClientBase),
    transaction: <T>(run: (tx: Queryable) => Promise<T>) => inTransaction(pool, run),
    listen: (channel: string, heard: () => void) =>
      listenOn(() => new pg.Client(pool.options), channel, heard),
    async close() {
      if (owned) await pool.end();
      else pool.off("error", onError).off("connect", onConnect);
    },
  } satisfies Database);
}

/**
 * @param url `postgres://user:password@host:5432/database`
 * @param connections the most connections at once, the one that listens apart. @defaultValue 10
 */
export function postgresAt(url: string, connections = 10): Database {
  return postgres(
    new pg.Pool({ connectionString: url, max: connections, application_name: "relais", keepAlive: true }),
    true,
  );
}
