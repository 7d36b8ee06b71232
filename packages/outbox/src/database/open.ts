import type pg from "pg";
import type { Database } from "./database.ts";
import { postgres, postgresAt } from "./postgres.ts";

export interface OpenOptions {
  /** A Postgres: `postgres://user:password@host:5432/name`, or a pool of `pg`, which stays the caller's to close. */
  readonly database?: string | pg.Pool | undefined;
  /** Where PGlite keeps its files, if there is no `database`. @defaultValue `.relais` in the working folder */
  readonly folder?: string | undefined;
  /** The most connections at once, where `database` is a URL. @defaultValue 10 */
  readonly connections?: number | undefined;
}

/** @throws {TypeError} one sentence, never with the password of a URL */
export async function openDatabase({ database, folder, connections }: OpenOptions): Promise<Database> {
  if (database === undefined) {
    // WebAssembly of 27 MB: loaded only where it is used.
    const { pgliteAt } = await import("./pglite/pglite.ts");
    return pgliteAt(folder ?? ".relais");
  }
  if (typeof database !== "string") return postgres(database);
  if (!/^postgres(ql)?:\/\//.test(database) || !URL.canParse(database)) {
    throw new TypeError("database must be a URL like postgres://user:password@host:5432/name");
  }
  return postgresAt(database, connections);
}
