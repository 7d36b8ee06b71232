import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { processLock } from "@relais/core/spi";
import type { Database, Queryable, Row } from "../database.ts";
import { DurableNodeFs, durableClient, syncFolder } from "./durable.ts";

const tenMinutesMs = 10 * 60_000;

/**
 * Clears away dead rows from time to time: PGlite has no background process that would.
 * @param everyMs a round is left out while the one before is still waiting or at work. @defaultValue 10 minutes
 * @returns what ends it; no timer keeps the process alive
 */
export function keepVacuumed(
  client: { exec(text: string): Promise<unknown> },
  everyMs: number = tenMinutesMs,
): () => void {
  let busy = false;
  const vacuum = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      await client.exec("vacuum (analyze)");
    } catch {
      // Closed meanwhile, or the disk is full: whoever writes is told; the next round tries again.
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void vacuum(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

type Client = Pick<PGlite, "query" | "exec">;

/** pg-boss says "no values" with an empty list, and may mean several statements by it. */
const hasValues = (values: readonly unknown[] | undefined): values is readonly unknown[] =>
  values !== undefined && values.length > 0;

/** Values as the driver `pg` takes them: a list for jsonb comes as text already, bytes as any Uint8Array. */
function queryable(client: Client): Queryable {
  return {
    async query<T extends object = Row>(text: string, values?: readonly unknown[]) {
      if (hasValues(values)) return (await client.query<T>(text, [...values])).rows;
      return (await client.exec(text)).flatMap(({ rows }) => rows as T[]);
    },
  };
}

/** The folder, on the disk with its name. */
function madeFolder(home: string): void {
  let first: string | undefined;
  try {
    first = mkdirSync(home, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`folder must be a folder, or a place where one can be made, not ${home} (${code}).`);
  }
  for (let at = home; first !== undefined && at.length >= first.length; at = dirname(at)) {
    syncFolder(dirname(at));
  }
}

/**
 * PostgreSQL in this process, on disk: for one process, without a server. The first start takes some seconds.
 * @param folder made if it is not there
 * @throws {Error} one sentence: another process has the folder, it is none, or its disk does not keep what it is given
 */
export async function pgliteAt(folder: string): Promise<Database> {
  const home = resolve(folder);
  madeFolder(home);
  const unlock = processLock(join(home, "lock"));
  if (unlock === undefined) {
    throw new Error(
      `The folder ${home} is in use by another process; for several give a Postgres as database, or run one worker.`,
    );
  }
  let client: PGlite;
  try {
    const data = join(home, "data");
    if (!existsSync(data)) await makeDatabase(data);
    client = await durableClient(data, new DurableNodeFs(data));
  } catch (error) {
    unlock();
    throw error;
  }
  const endVacuum = keepVacuumed(client);
  const closed = (): Promise<void> => {
    endVacuum();
    return client.close().finally(unlock);
  };
  const database = pgliteDatabase(client);
  const { query } = database;
  return Object.freeze({ kind: "pglite", ...database, aside: { query }, close: closed } satisfies Database);
}

function pgliteDatabase(client: PGlite): Omit<Database, "kind" | "aside" | "close"> {
  const { query } = queryable(client);
  return {
    // pg-boss has transactions of several statements in one: one that fails in the middle must not stay open.
    query: <T extends object = Row>(text: string, values?: readonly unknown[]) =>
      query<T>(text, values).catch(async (error: unknown) => {
        if (!hasValues(values)) await client.exec("rollback").catch(() => undefined);
        throw error;
      }),
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

/**
 * The first start: makes the database beside its place and then moves it there, so that a start that was cut short
 * leaves nothing that looks like a database. PGlite's initdb syncs nothing of some 970 files, and no checkpoint does
 * later: it is done here, before anybody relies on them. It takes some 4 s, once; a dump in the package to start from
 * would save two of them and cost every installation 4.7 MB.
 */
export async function makeDatabase(
  folder: string,
  fsAt: (path: string) => DurableNodeFs = (path) => new DurableNodeFs(path),
): Promise<void> {
  const half = `${folder}.new`;
  rmSync(half, { recursive: true, force: true });
  const fs = fsAt(half);
  await (await durableClient(half, fs)).close();
  await fs.syncAll();
  renameSync(half, folder);
  syncFolder(dirname(folder));
}
