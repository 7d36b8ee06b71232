import { Socket } from "node:net";
import pg from "pg";
import { acquire, ignoreError, isQueryTimeout, preparePool, release, withConnection } from "./connections.ts";
import type { Database, Queryable, Row } from "./database.ts";
import { withRemedy } from "./faults.ts";
import { listen } from "./listen.ts";
import { textParsers } from "./parsers.ts";
import { preparedQueries } from "./prepared.ts";
import { withTimeout } from "./with-timeout.ts";

/** How long a connection may take, where the pool is our own. */
const connectTimeoutMs = 10_000;
const closeTimeoutMs = 2_000;
/** The time limit of a statement, where the caller names none. */
const defaultTimeoutMs = 30_000;
/** The same for probes and metrics: they ask again soon. */
const asideTimeoutMs = 10_000;

/** Runs a statement: on a pool, or on one of its connections. */
type Run = (statement: pg.QueryConfig) => Promise<pg.QueryResult>;

/** A pool of our own: how it runs statements and how it ends. */
interface OwnPool {
  readonly run: Run;
  end(): Promise<void>;
}

/** A PostgreSQL server, by a pool of `pg`, which stays the caller's to end unless it is our own. */
export function postgres(pool: pg.Pool, own?: OwnPool): Database {
  preparePool(pool);
  // The application may have set a limit of its own: the driver's then holds.
  const hasLimit = Number((pool.options as pg.ClientConfig).query_timeout) > 0;
  const limitMs = own === undefined && hasLimit ? undefined : defaultTimeoutMs;
  const run: Run = own?.run ?? ((statement) => withConnection(pool, (client) => client.query(statement)));
  let aside: pg.Pool | undefined;
  const runAside: Run = (statement) => {
    aside ??= asidePool(pool);
    return aside.query(statement);
  };
  return Object.freeze({
    kind: "postgres",
    name: postgresName(pool.options),
    ...queryable(run, limitMs),
    aside: queryable(runAside, asideTimeoutMs),
    transaction: (work, timeoutMs = limitMs) => transaction(pool, work, finite(timeoutMs)),
    listen: (channel, onNotify) => listen(() => new pg.Client(pool.options), channel, onNotify),
    async close() {
      await Promise.all([aside && withTimeout(aside.end(), closeTimeoutMs, () => undefined), own?.end()]);
    },
  } satisfies Database);
}

/** Which database a pool is for: of its URL, which comes first in the driver, or of its options. */
export function postgresName(options: pg.PoolConfig): string {
  const { connectionString } = options;
  const url = connectionString !== undefined && URL.canParse(connectionString) && new URL(connectionString);
  if (url === false && connectionString !== undefined) return "Postgres";
  const { searchParams, hostname, port, pathname } = url || {};
  const host = searchParams?.get("host") || hostname || options.host || process.env.PGHOST || "localhost";
  const at = port || searchParams?.get("port") || options.port || process.env.PGPORT || 5432;
  return `Postgres at ${host}:${at}${pathname ?? `/${options.database ?? process.env.PGDATABASE ?? ""}`}`;
}

/**
 * @param url `postgres://user:password@host:5432/database`
 * @param connections the most connections at once, besides one for NOTIFY and one for probes. @defaultValue 10
 */
export function postgresAt(url: string, connections = 10): Database {
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: "relais",
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    // A script that has not closed the outbox ends as soon as nothing is under way.
    allowExitOnIdle: true,
    stream: () => {
      const socket = new Socket();
      sockets.add(socket.once("close", () => sockets.delete(socket)));
      return socket;
    },
  });
  const end = async (): Promise<void> => {
    await withTimeout(pool.end(), closeTimeoutMs, () => undefined);
    // Connections to a server that does not answer would keep the process.
    for (const socket of sockets) socket.destroy();
  };
  return postgres(pool, { run: preparedQueries(pool), end });
}

const finite = (ms: number | undefined): number | undefined =>
  ms === Number.POSITIVE_INFINITY ? undefined : ms;

/** @param limitMs the time limit where the caller names none */
function queryable(run: Run, limitMs?: number): Queryable {
  return {
    async query<T extends object = Row>(text: string, values?: readonly unknown[], ownMs = limitMs) {
      const timeoutMs = finite(ownMs);
      // The driver knows this setting of a single statement; its types do not.
      const statement: pg.QueryConfig & { query_timeout?: number } = {
        text,
        types: textParsers,
        ...(values === undefined ? {} : { values: [...values] }),
        ...(timeoutMs === undefined ? {} : { query_timeout: timeoutMs }),
      };
      // The driver's limit begins when it has a connection.
      const result: pg.QueryResult | readonly pg.QueryResult[] = await withTimeout(
        run(statement),
        timeoutMs && timeoutMs * 2,
      ).catch(withRemedy(text));
      // Several statements in one query give several results.
      const rows = Array.isArray(result)
        ? result.flatMap((one) => one.rows)
        : (result as pg.QueryResult).rows;
      return rows as T[];
    },
  };
}

/** A server that hears nothing more from us within a transaction releases what it has locked. */
const endIfSilent = "set local idle_in_transaction_session_timeout = '10s'";

async function transaction<T>(
  pool: pg.Pool,
  run: (tx: Queryable) => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  const client = await acquireWithin(pool, timeoutMs);
  const tx = queryable((statement) => client.query(statement), timeoutMs);
  let failed: unknown;
  // The pool listens to those that are idle.
  client.on("error", ignoreError);
  try {
    await tx.query(timeoutMs === undefined ? "begin" : `begin; ${endIfSilent}`);
    const result = await run(tx);
    await tx.query("commit");
    return result;
  } catch (error) {
    if (isQueryTimeout(error)) failed = error;
    else await tx.query("rollback").catch((why: unknown) => (failed = why));
    throw error;
  } finally {
    client.off("error", ignoreError);
    release(pool, client, failed);
  }
}

/** A connection, which a busy pool may not have for long. One that comes after the time is over goes back. */
async function acquireWithin(pool: pg.Pool, timeoutMs: number | undefined): Promise<pg.PoolClient> {
  const pending = acquire(pool);
  return withTimeout(pending, timeoutMs).catch((error: unknown) => {
    pending.then(
      (client) => client.release(),
      () => undefined,
    );
    throw error;
  });
}

/** A pool of one connection to the same server. */
function asidePool({ options }: pg.Pool): pg.Pool {
  // The driver hides the password from a spread.
  const { password } = options;
  const pool = new pg.Pool({
    ...options,
    password,
    max: 1,
    min: 0,
    connectionTimeoutMillis: asideTimeoutMs,
    allowExitOnIdle: true,
  });
  preparePool(pool);
  return pool;
}
