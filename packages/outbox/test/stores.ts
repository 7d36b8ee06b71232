import { rmSync } from "node:fs";
import { createOutbox, type Outbox, type OutboxOptions } from "@relais/outbox";
import { needs } from "../../../test/repo/system.ts";
import { pgliteFolder } from "./pglite-folder.ts";
import { sharedPostgres } from "./shared-postgres.ts";

/** A database for the tests of a file. */
export interface Store {
  /** An outbox over it; the second one is of the same messages. */
  outbox(options?: OutboxOptions): Promise<Outbox>;
  /** A URL, where it is a server. */
  readonly url?: string;
  stop(): Promise<void>;
}

const from = "shop@example.org";

async function postgresStore(template = "migrated"): Promise<Store> {
  const url = await (await sharedPostgres()).database(template);
  return {
    url,
    outbox: (options) => createOutbox({ database: url, from, ...options }),
    // Its server ends with the run.
    stop: async () => undefined,
  };
}

async function pgliteStore(): Promise<Store> {
  const folder = await pgliteFolder();
  return {
    outbox: (options) => createOutbox({ folder, from, ...options }),
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * What the suite runs on: PGlite always, PostgreSQL where it is installed (on CI it must be). Its tables are there, but
 * for `template1`.
 */
export const stores: readonly (readonly [name: string, open: (template?: "template1") => Promise<Store>])[] =
  [["PGlite", pgliteStore], ...(needs("postgres") ? [["PostgreSQL", postgresStore] as const] : [])];

/** Removes every message and lease, and all that was told of mails. */
export async function empty({ database }: Outbox): Promise<void> {
  await database.query(
    `delete from relais.message; update relais.turn set turn = 0; delete from relais.worker;
     delete from relais.event; delete from relais.event_count; delete from relais.suppression;`,
  );
}
