import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { processLock } from "@relais/core/spi";
import type { Database, Queryable, Row } from "./database.ts";
import { durableClient } from "./durable-client.ts";
import { DurableNodeFs, syncFolder } from "./durable-fs.ts";
import { makeDatabase } from "./make-database.ts";
import { keepVacuumed } from "./vacuum.ts";

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
