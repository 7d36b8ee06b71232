import { expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { openDatabase } from "../src/database/open-database.ts";
import { postgresServer } from "./postgres-server.ts";

test.runIf(needs("postgres"))(
  "a server that stops before it has heard that we are gone ends no process",
  async () => {
    const uncaught: unknown[] = [];
    const onUncaught = (error: unknown): void => void uncaught.push(error);
    process.on("uncaughtExceptionMonitor", onUncaught);
    const server = await postgresServer();
    const database = await openDatabase({ database: await server.database() });
    const end = await database.listen("news", () => undefined);
    const pids = await database.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database()",
    );
    expect(pids).toHaveLength(2);
    // They read nothing any more, and then first of all that the server stops: each says so to us (57P01).
    for (const { pid } of pids) process.kill(pid, "SIGSTOP");
    await Promise.all([end(), database.close()]);
    const stopped = server.stop();
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const { pid } of pids) process.kill(pid, "SIGCONT");
    await stopped;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(uncaught).toEqual([]);
    process.off("uncaughtExceptionMonitor", onUncaught);
  },
  30_000,
);
