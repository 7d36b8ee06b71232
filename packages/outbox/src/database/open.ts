import { resolve } from "node:path";
import type pg from "pg";
import type { Database } from "./database.ts";
import { cannotOpen } from "./faults.ts";
import { postgres, postgresAt } from "./postgres.ts";

export interface OpenOptions {
  /** A Postgres: `postgres://user:password@host:5432/name`, or a pool of `pg`, which stays the caller's to close. */
  readonly database?: string | pg.Pool;
  /**
   * Where PGlite keeps its files, if there is no `database`; an empty text is none.
   * @defaultValue `.relais` in the working folder, with a warning; none where NODE_ENV is production
   */
  readonly folder?: string | undefined;
  /** The most connections at once, where `database` is a URL. @defaultValue 10 */
  readonly connections?: number | undefined;
}

/**
 * @throws {TypeError} one sentence about an option, never with the password of a URL
 * @throws {Error} one sentence: PGlite cannot be opened
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const { database, folder, connections } = options;
  if (database === undefined || database === null) {
    if ("database" in options) {
      throw new TypeError(
        `database is ${database}: is DATABASE_URL set, or where it comes from? It must be a URL like postgres://user:password@host:5432/name, or be left out for PGlite`,
      );
    }
    // WebAssembly of 27 MB: loaded only where it is used.
    const { pgliteAt } = await import("./pglite/pglite.ts");
    if (folder !== undefined && folder !== "" && folder.trim() === "")
      throw new TypeError("folder is blank: give the folder's name, or leave it out");
    const place = resolve(folder || defaultFolder());
    return pgliteAt(place).catch((error: unknown) => {
      throw cannotOpen(error, `PGlite in ${place}`);
    });
  }
  if (typeof database !== "string") return postgres(database);
  if (!/^postgres(ql)?:\/\//.test(database) || !URL.canParse(database)) {
    throw new TypeError("database must be a URL like postgres://user:password@host:5432/name");
  }
  const { username, hostname, pathname, search, hash } = new URL(database);
  if (username === "" && hostname !== "" && /@/.test(`${pathname}${search}${hash}`)) {
    throw new TypeError("database has a password that must be percent-encoded: # as %23, / as %2F, ? as %3F");
  }
  return postgresAt(database, connections);
}

/** Where to look for what an application is told without options. */
interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Is given one sentence. @defaultValue a warning of the process */
  readonly warn?: (sentence: string) => void;
}

/**
 * The folder of PGlite where neither a database nor a folder is given. A production that lacks one variable would
 * otherwise keep its mail on the disk of a container, or run a worker on an empty database, and look well.
 * @throws {TypeError} one sentence: NODE_ENV is production
 */
export function defaultFolder({
  env = process.env,
  cwd = process.cwd(),
  warn = (sentence) => process.emitWarning(sentence, "RelaisOutbox"),
}: Surroundings = {}): string {
  if (env.NODE_ENV?.trim() === "production") {
    throw new TypeError(
      "NODE_ENV is production, and no database is given: give a Postgres by DATABASE_URL, --database or the option database; or, for PGlite on this machine's disk, a folder by --folder or the option folder",
    );
  }
  const folder = resolve(cwd, ".relais");
  warn(
    `No database is given: the outbox is PGlite in ${folder}, for one process. A Postgres is given by DATABASE_URL, --database or the option database.`,
  );
  return folder;
}
