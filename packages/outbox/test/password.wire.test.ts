import { createOutbox, createWorker } from "@relais/outbox";
import pg from "pg";
import { expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { postgresServer } from "./postgres-server.ts";
import { chainOf, mail, scripted, until } from "./scripted.ts";

test.runIf(needs("postgres"))(
  "a pool whose server asks for a password is all that a worker needs",
  async () => {
    const server = await postgresServer();
    const url = await server.database();
    const admin = new pg.Pool({ connectionString: url });
    admin.on("error", () => undefined);
    await admin.query("create role app superuser login password 'a secret'");
    await admin.query(`do $$ begin execute format('copy (select unnest(array[%L, %L])) to %L',
    'host all app 127.0.0.1/32 scram-sha-256', 'host all all 127.0.0.1/32 trust', current_setting('hba_file'));
    perform pg_reload_conf(); end $$`);
    const { hostname: host, port, pathname } = new URL(url);
    const account = { host, port: Number(port), user: "app", database: pathname.slice(1) };
    const wrong = new pg.Pool({ ...account, password: "another" });
    await expect
      .poll(() => wrong.query("select 1").catch(({ message }: Error) => message))
      .toContain("password authentication failed");
    await wrong.end();
    const pool = new pg.Pool({ ...account, password: "a secret" });
    pool.on("error", () => undefined);
    const outbox = await createOutbox({ database: pool, from: "shop@example.org" });
    const worker = createWorker(outbox, chainOf(scripted("FAR")));
    await worker.start();
    const { id } = await outbox.enqueue(mail());
    await until(
      () => outbox.get(id),
      (message) => message?.state === "sent",
    );
    await worker.stop();
    await outbox.close();
    await pool.end();
    await admin.end();
    await server.stop();
  },
  30_000,
);
