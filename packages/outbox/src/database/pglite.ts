import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { processLock } from "@relais/core/spi";
import type { Database, Queryable, Row } from "./database.ts";
import { DurableNodeFs } from "./durable-fs.ts";

const vacuumMs = 10 * 60_000;

/** As PGlite starts, with fsync, and with buffers fit for a guest in somebody's process. */
const startParams = PGlite.defaultStartParams
  .filter((one) => one !== "-F")
  .concat(["-c", "wal_sync_method=fsync", "-c", "shared_buffers=8MB"]);

type Client = Pick<PGlite, "query" | "exec">;

/** Values as the driver `pg` takes them: a list for jsonb comes as text already, bytes as any Uint8Array. */
function queryable(client: Client): Queryable {
  return {
    async query<T extends object = Row>(text: string, values?: readonly unknown[]) {
      if (values !== undefined) return (await client.query<T>(text, [...values])).rows;
      return (await client.exec(text)).flatMap(({ rows }) => rows as T[]);
    },
  };
}

async function open(folder: string): Promise<PGlite> {
  const fs = new DurableNodeFs(folder);
  const client = await PGlite.create({ fs, startParams });
  const [setting] = (await client.query<{ fsync: string }>("show fsync")).rows;
  const before = fs.syncs;
  await client.exec("create table if not exists public.relais_sync (n int); drop table public.relais_sync;");
  if (setting?.fsync !== "on" || fs.syncs === before) {
    await client.close();
    throw new Error(`The database in ${folder} would not survive a power cut: its writes are not synced.`);
  }
  return client;
}

/** Made beside it and then moved: a start that was cut short leaves nothing that looks like a database. */
async function make(folder: string): Promise<void> {
  const half = `${folder}.new`;
  rmSync(half, { recursive: true, force: true });
  await (await open(half)).close();
  renameSync(half, folder);
}

/**
 * PostgreSQL in this process, on disk: for one process, without a server. The first start takes some seconds.
 * @param folder made if it is not there
 * @throws {Error} one sentence: another process has the folder
 */
export async function pgliteAt(folder: string): Promise<Database> {
  const home = resolve(folder);
  mkdirSync(home, { recursive: true });
  const unlock = processLock(join(home, "lock"));
  if (unlock === undefined) {
    throw new Error(
      `The folder ${home} is in use by another process; for several give a Postgres as database, or run one worker.`,
    );
  }
  let client: PGlite;
  try {
    const data = join(home, "data");
    if (!existsSync(data)) await make(data);
    client = await open(data);
  } catch (error) {
    unlock();
    throw error;
  }
  // No background process of PGlite does it.
  const timer = setInterval(() => {
    client.exec("vacuum (analyze)").catch(() => undefined);
  }, vacuumMs);
  timer.unref();
  const closed = (): Promise<void> => {
    clearInterval(timer);
    return client.close().finally(unlock);
  };
  return Object.freeze({ kind: "pglite", ...pgliteDatabase(client), close: closed } satisfies Database);
}

function pgliteDatabase(client: PGlite): Omit<Database, "kind" | "close"> {
  return {
    ...queryable(client),
    transaction: <T>(run: (tx: Queryable) => Promise<T>) =>
      client.transaction((tx) => run(queryable(tx as unknown as Client))),
    async listen(channel, heard) {
      const end = await client.listen(channel, heard);
      heard();
      return async () => {
        await end();
      };
    },
  };
}
