import { once } from "node:events";
import { rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { ownFolder, sweepFolders } from "./own-folder.ts";
import { type PostgresServer, postgresServer } from "./postgres-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder for what many test files of a run begin with. */
    templates: string;
    /** A port of 127.0.0.1 that says the URL of the PostgreSQL of this run. */
    postgresPort: number;
  }
}

/**
 * Before the tests over wires: a place for templates, and one PostgreSQL for all that leave it as it is, started when
 * the first of them asks. Both are gone after them.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  sweepFolders();
  const folder = ownFolder("templates");
  let shared: Promise<PostgresServer> | undefined;
  const asked = createServer((socket) => {
    socket.on("error", () => undefined);
    shared ??= withOutbox();
    shared.then(
      ({ url }) => socket.end(url),
      (error) => socket.end(`there is no PostgreSQL for this run: ${error}`),
    );
  });
  await once(asked.listen(0, "127.0.0.1"), "listening");
  project.provide("templates", folder);
  project.provide("postgresPort", (asked.address() as AddressInfo).port);
  return async () => {
    asked.close();
    rmSync(folder, { recursive: true, force: true });
    await (await shared?.catch(() => undefined))?.stop("SIGQUIT");
  };
}

/** A server with a database `migrated`, which has the tables of an outbox and is there to be copied. */
async function withOutbox(): Promise<PostgresServer> {
  const server = await postgresServer();
  // From source: what was built may be of another version.
  const { wholeSchema } = await import("../src/store/migrations.ts");
  for (const [url, sql] of [
    [server.url, "create database migrated"],
    [server.url.replace(/postgres$/, "migrated"), wholeSchema()],
  ] as const) {
    const client = new pg.Client(url);
    await client.connect();
    await client.query(sql);
    await client.end();
  }
  return server;
}
