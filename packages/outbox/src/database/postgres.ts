import { Socket } from "node:net";
import pg from "pg";
import { connection, giveBack, guard, isLate, lend, onError } from "./connections.ts";
import type { Database, Queryable, Row } from "./database.ts";
import { listenOn } from "./listen.ts";
import { ownParsers } from "./parsers.ts";
import { preparing } from "./prepared.ts";
import { inTime } from "./with-timeout.ts";

/** How long a connection may take, where the pool is our own. */
const connectMs = 10_000;
/** How long a server is waited for that is told goodbye. */
const goodbyeMs = 2_000;
/** An answer that has not come by then is taken for lost, where nobody says otherwise. */
const usualMs = 30_000;
/** The same for those who only look on: they ask again soon. */
const asideMs = 10_000;

/** Several statements in one query give several results. */
function rowsOf<T>(result: pg.QueryResult | readonly pg.QueryResult[]): readonly T[] {
  return (
    Array.isArray(result) ? result.flatMap(({ rows }) => rows) : (result as pg.QueryResult).rows
  ) as T[];
}

/** What runs a statement: a pool, or one of its connections. */
type Run = (statement: pg.QueryConfig) => Promise<pg.QueryResult>;

/** @param limitMs the time limit where none is given */
function queryable(run: Run, limitMs?: number): Queryable {
  return {
    async query<T extends object = Row>(text: string, values?: readonly unknown[], ownMs = limitMs) {
      const timeoutMs = ownMs === Number.POSITIVE_INFINITY ? undefined : ownMs;
      // The driver knows this setting of a single statement; its types do not.
      const statement: pg.QueryConfig & { query_timeout?: number } = {
        text,
        types: ownParsers,
        ...(values === undefined ? {} : { values: [...values] }),
        ...(timeoutMs === undefined ? {} : { query_timeout: timeoutMs }),
      };
      // The driver's limit begins when it has a connection.
      return rowsOf<T>(await inTime(run(statement), timeoutMs && timeoutMs * 2));
    },
  };
}

/** A server that hears nothing any more of somebody in a transaction gives free what it has locked. */
const endsIfSilent = "set local idle_in_transaction_session_timeout = '10s'";

/** A connection of the pool, which may have none for ever. One that comes after the time is over goes back. */
async function connectionInTime(pool: pg.Pool, timeoutMs: number | undefined): Promise<pg.PoolClient> {
  const coming = connection(pool);
  return inTime(coming, timeoutMs).catch((error: unknown) => {
    coming.then(
      (client) => client.release(),
      () => undefined,
    );
    throw error;
  });
}

async function inTransaction<T>(
  pool: pg.Pool,
  run: (tx: Queryable) => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  const client = await connectionInTime(pool, timeoutMs);
  const tx = queryable((statement) => client.query(statement), timeoutMs);
  let failed: unknown;
  // The pool listens to those that are idle.
  client.on("error", onError);
  try {
    await tx.query(timeoutMs === undefined ? "begin" : `begin; ${endsIfSilent}`);
    const result = await run(tx);
    await tx.query("commit");
    return result;
  } catch (error) {
    if (isLate(error)) failed = error;
    else await tx.query("rollback").catch((why: unknown) => (failed = why));
    throw error;
  } finally {
    client.off("error", onError);
    giveBack(pool, client, failed);
  }
}

/** A pool of one connection to where another pool leads. */
function asidePool({ options }: pg.Pool): pg.Pool {
  // The driver hides a password from being copied along.
  const { password } = options;
  return new pg.Pool({
    ...options,
    password,
    max: 1,
    min: 0,
    connectionTimeoutMillis: asideMs,
    allowExitOnIdle: true,
  });
}

/** What a database over a pool is made with. */
interface PoolSite {
  readonly run: Run;
  /** The time limit where none is given. */
  readonly limitMs?: number | undefined;
  /** Ends the pool, if it is our own. */
  end(): Promise<void>;
}

/** The time limit where the application has set none of its own: what hangs for ever keeps its place in the pool. */
function limitOf({ options }: pg.Pool): number | undefined {
  return Number((options as pg.ClientConfig).query_timeout) > 0 ? undefined : usualMs;
}

/** A PostgreSQL server, by a pool of `pg`, which stays the caller's to end. */
export function postgres(
  pool: pg.Pool,
  { run, limitMs, end }: PoolSite = {
    run: (statement) => lend(pool, (client) => client.query(statement)),
    limitMs: limitOf(pool),
    end: () => Promise.resolve(),
  },
): Database {
  guard(pool);
  let looking: pg.Pool | undefined;
  const lookingOn = (statement: pg.QueryConfig): Promise<pg.QueryResult> => {
    if (looking === undefined) {
      looking = asidePool(pool);
      guard(looking);
    }
    return looking.query(statement);
  };
  return Object.freeze({
    kind: "postgres",
    ...queryable(run, limitMs),
    aside: queryable(lookingOn, asideMs),
    transaction: <T>(run: (tx: Queryable) => Promise<T>, timeoutMs: number | undefined = limitMs) =>
      inTransaction(pool, run, timeoutMs === Number.POSITIVE_INFINITY ? undefined : timeoutMs),
    listen: (channel: string, heard: () => void) =>
      listenOn(() => new pg.Client(pool.options), channel, heard),
    async close() {
      await Promise.all([looking && inTime(looking.end(), goodbyeMs, () => undefined), end()]);
    },
  } satisfies Database);
}

/**
 * @param url `postgres://user:password@host:5432/database`
 * @param connections the most connections at once, the one that listens and the one that looks on apart. @defaultValue 10
 */
export function postgresAt(url: string, connections = 10): Database {
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: "relais",
    keepAlive: true,
    connectionTimeoutMillis: connectMs,
    stream: () => {
      const socket = new Socket();
      sockets.add(socket.once("close", () => sockets.delete(socket)));
      return socket;
    },
  });
  const end = async (): Promise<void> => {
    await inTime(pool.end(), goodbyeMs, () => undefined);
    // Those of a server that is not heard of any more would keep the process.
    for (const socket of sockets) socket.destroy();
  };
  return postgres(pool, { run: preparing(pool), limitMs: usualMs, end });
}
