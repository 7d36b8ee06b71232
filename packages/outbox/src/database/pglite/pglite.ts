import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { processLock } from "@relais/core/spi";
import type { Database, Queryable, Row } from "../database.ts";
import { withRemedy } from "../faults.ts";
import { DurableNodeFs, durableClient, initDatabase, syncFolder } from "./durable.ts";

type Client = Pick<PGlite, "query" | "exec">;

/**
 * PostgreSQL in this process, on disk: for one process, without a server. The first start takes some seconds.
 * @param folder made if it is not there
 * @throws {Error} one sentence: another process uses the folder, it is none, or its disk does not keep what is synced
 */
export async function pgliteAt(folder: string): Promise<Database> {
  const home = resolve(folder);
  ensureFolder(home);
  const unlock = processLock(join(home, "lock"));
  if (unlock === undefined) {
    throw new Error(
      `The folder ${home} is in use by another process; for several give a Postgres as database, or run one worker.`,
    );
  }
  let client: PGlite;
  try {
    const data = join(home, "data");
    if (!existsSync(data)) await initDatabase(data);
    client = await durableClient(data, new DurableNodeFs(data));
  } catch (error) {
    unlock();
    throw error;
  }
  const endVacuum = keepVacuumed(client);
  const { query: run } = queryable(client);
  const query = <T extends object = Row>(text: string, values?: readonly unknown[]) =>
    run<T>(text, values).catch(async (error: unknown) => {
      // A transaction of several statements in one text that fails in the middle must not stay open.
      if (!hasValues(values)) await client.exec("rollback").catch(() => undefined);
      throw error;
    });
  return Object.freeze({
    kind: "pglite",
    name: `PGlite in ${home}`,
    query,
    aside: { query },
    transaction: (run) => client.transaction((tx) => run(queryable(tx as unknown as Client))),
    async listen(channel, onNotify) {
      const end = await client.listen(channel, onNotify);
      onNotify();
      return async () => {
        await end();
      };
    },
    close() {
      endVacuum();
      return client.close().finally(unlock);
    },
  } satisfies Database);
}

/** An empty list is none: the text may then be several statements. */
const hasValues = (values: readonly unknown[] | undefined): values is readonly unknown[] =>
  values !== undefined && values.length > 0;

/** Takes values as the driver `pg` does: a list for jsonb comes as text already, bytes as any Uint8Array. */
function queryable(client: Client): Queryable {
  return {
    async query<T extends object = Row>(text: string, values?: readonly unknown[]) {
      const results = hasValues(values)
        ? [await client.query<T>(text, [...values]).catch(withRemedy(text))]
        : await client.exec(text).catch(withRemedy(text));
      return results.flatMap(({ rows }) => rows as T[]);
    },
  };
}

/** Makes the folder, and syncs its name. */
function ensureFolder(home: string): void {
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

const tenMinutesMs = 10 * 60_000;

/**
 * Removes dead rows from time to time: PGlite has no background process for it.
 * @param everyMs a run is left out while the one before has not ended. @defaultValue 10 minutes
 * @returns ends it; its timer does not keep the process alive
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
      // Closed meanwhile, or the disk is full: whoever writes gets the error; the next run tries again.
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void vacuum(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
