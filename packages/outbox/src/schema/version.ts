import type { Queryable } from "../database/database.ts";
import { newest, schema } from "./migrations.ts";

interface Version {
  readonly version: number;
  /** The oldest version of the package that may work on it. */
  readonly needs: number;
}

/** @returns the version of the tables, `undefined` if there are none */
export async function tablesVersion(database: Queryable): Promise<Version | undefined> {
  const [there] = await database.query<{ there: boolean }>(
    `select to_regclass('${schema}.migration') is not null as there`,
  );
  if (!there?.there) return undefined;
  const [row] = await database.query<Version>(
    `select version, coalesce((to_jsonb(m)->>'min_compatible')::int, version) as needs
     from ${schema}.migration m order by version desc limit 1`,
  );
  return row;
}

/** @throws {Error} this package is too old for them */
export function checkNotNewer({ version, needs }: Version): void {
  if (version > newest && needs > newest) {
    throw new Error(
      `The outbox's tables are of version ${version}, and this @relais/outbox knows ${newest}: update the package.`,
    );
  }
}

/** @throws {Error} one sentence: the tables are not there, or not such that this package can work on them */
export async function checkVersion(database: Queryable): Promise<void> {
  const at = await tablesVersion(database);
  if (at === undefined) throw new Error("The outbox has no tables: run relais outbox migrate, or its SQL.");
  checkNotNewer(at);
  if (at.version < newest) {
    throw new Error(
      `The outbox's tables are of version ${at.version}, and this @relais/outbox needs ${newest}: run relais outbox migrate, or its SQL.`,
    );
  }
}
