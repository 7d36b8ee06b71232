import pg from "pg";
import { expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { openDatabase } from "../src/database/open.ts";
import { type PostgresServer, postgresServer } from "./postgres-server.ts";

const on = test.runIf(needs("postgres"));

/** Signals a server's process, unless it has just gone by itself. */
function tell(pid: number, signal: "SIGSTOP" | "SIGCONT"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** What nobody caught, while a server stops before it has heard that we are gone. */
async function uncaughtAfter(
  leave: (server: PostgresServer) => Promise<() => Promise<unknown>>,
): Promise<unknown[]> {
  const uncaught: unknown[] = [];
  const onUncaught = (error: unknown): void => void uncaught.push(error);
  process.on("uncaughtExceptionMonitor", onUncaught);
  const server = await postgresServer();
  const looking = new pg.Client(server.url);
  await looking.connect();
  const end = await leave(server);
  const { rows } = await looking.query<{ pid: number }>(
    // Not the one that asks: it is on its way out by itself.
    "select pid from pg_stat_activity where datname like 'test%' and pid <> pg_backend_pid()",
  );
  await looking.end();
  expect(rows.length).toBeGreaterThan(1);
  // They read nothing any more, and then first of all that the server stops: each says so to us (57P01).
  for (const { pid } of rows) tell(pid, "SIGSTOP");
  await end();
  const stopped = server.stop();
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const { pid } of rows) tell(pid, "SIGCONT");
  await stopped;
  await new Promise((resolve) => setTimeout(resolve, 100));
  process.off("uncaughtExceptionMonitor", onUncaught);
  return uncaught;
}

on(
  "a server that stops before it has heard that we are gone ends no process",
  async () => {
    const uncaught = await uncaughtAfter(async (server) => {
      const database = await openDatabase({ database: await server.database() });
      const end = await database.listen("news", () => undefined);
      await Promise.all([
        database.query("select 1"),
        database.query("select 1"),
        database.aside.query("select 1"),
      ]);
      return () => Promise.all([end(), database.close()]);
    });
    expect(uncaught).toEqual([]);
  },
  30_000,
);

on(
  "nor when the pool is somebody else's, who ends it when we are gone",
  async () => {
    const uncaught = await uncaughtAfter(async (server) => {
      const pool = new pg.Pool({ connectionString: await server.database() });
      const database = await openDatabase({ database: pool });
      await Promise.all([
        database.query("select 1"),
        database.query("select 1"),
        database.aside.query("select 1"),
      ]);
      await database.close();
      // It waits for its connections to say goodbye, which the server does not answer.
      return async () => void pool.end().catch(() => undefined);
    });
    expect(uncaught).toEqual([]);
  },
  30_000,
);
