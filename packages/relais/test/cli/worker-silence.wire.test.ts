import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import { createOutbox, createWorker } from "@relais/outbox";
import { beforeEach, describe, expect, test } from "vitest";
import { needs } from "../../../../test/repo/system.ts";
import { breakingWay } from "../../../outbox/test/breaking-way.ts";
import { sharedPostgres } from "../../../outbox/test/shared-postgres.ts";

const bin = join(import.meta.dirname, "../../src/cli/bin.ts");

describe.runIf(needs("postgres"))("SIGTERM ends a worker in its time, whatever the database does", () => {
  let cwd: string;
  let far: SmtpServer;
  let url: string;
  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), "relais-silence-"));
    far = await smtpServer();
    url = await (await sharedPostgres()).database("migrated");
    return async () => {
      await far.close();
      rmSync(cwd, { recursive: true, force: true });
    };
  });

  function worker(database: string): ChildProcess & { readonly stderr: NodeJS.ReadableStream } {
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    return spawn(
      process.execPath,
      [
        ...["--conditions=@relais/source", bin, "worker", "--dsn", `smtp://127.0.0.1:${far.port}`],
        ...["--database", database, "--grace", "2s"],
      ],
      { cwd, env: { PATH, NODE_COMPILE_CACHE, AWS_EC2_METADATA_DISABLED: "true" } },
    );
  }

  test("at work: from the moment when it says so", async () => {
    const way = await breakingWay(Number(new URL(url).port));
    const child = worker(Object.assign(new URL(url), { port: String(way.port) }).href);
    let err = "";
    let asked = 0;
    child.stderr.on("data", (part) => {
      err += part;
      if (asked > 0 || !err.includes("works: chain from")) return;
      asked = Date.now();
      way.silence("all");
      child.kill("SIGTERM");
    });
    const [code] = (await once(child, "close")) as [number | null];
    expect([code, err.split("\n").filter((line) => line.includes("Error:"))]).toEqual([0, []]);
    expect(err).toMatch(/error while giving back a lease: Query read timeout|the database does not answer/);
    expect(Date.now() - asked).toBeLessThan(7_000);
    await way.close();
  }, 40_000);

  test("while it is starting", async () => {
    const outbox = await createOutbox({ database: url });
    const first = createWorker(outbox, { send: () => Promise.reject(new Error("nothing is sent")) });
    await first.start();
    await first.stop();
    await outbox.database.transaction(async (tx) => {
      await tx.query("lock table relais.worker in access exclusive mode");
      const child = worker(url);
      const closed = once(child, "close");
      const waiting =
        "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
      await expect.poll(() => outbox.database.query(waiting), { timeout: 20_000 }).toHaveLength(1);
      const asked = Date.now();
      child.kill("SIGTERM");
      expect(await closed).toEqual([0, null]);
      expect(Date.now() - asked).toBeLessThan(7_000);
    });
    await outbox.close();
  }, 40_000);
});
