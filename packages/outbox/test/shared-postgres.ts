import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { inject } from "vitest";
import { createDatabase, type PostgresServer } from "./postgres-server.ts";

/**
 * The one PostgreSQL of a run, for tests that neither stop nor change it; roles are everybody's there. Each has
 * databases of its own: `database("migrated")` has the tables of an outbox.
 */
export async function sharedPostgres(): Promise<Pick<PostgresServer, "url" | "database">> {
  const url = await text(connect(inject("postgresPort"), "127.0.0.1"));
  if (!url.startsWith("postgres://")) throw new Error(url);
  return { url, database: (template) => createDatabase(url, template) };
}
