import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { smtpServer } from "@relais/conformance";
import { expect, test } from "vitest";
import { needs } from "../../../../test/repo/system.ts";
import { breakingWay } from "../../../outbox/test/breaking-way.ts";
import { postgresServer } from "../../../outbox/test/postgres-server.ts";

const bin = join(import.meta.dirname, "../../src/cli/bin.ts");

test.runIf(needs("postgres"))(
  "a worker that hears nothing of its database any more ends by SIGTERM in the time that it has",
  async () => {
    const cwd = mkdtempSync(join(tmpdir(), "relais-silence-"));
    const [server, far] = await Promise.all([postgresServer(), smtpServer()]);
    const database = new URL(await server.database());
    const way = await breakingWay(Number(database.port));
    database.port = String(way.port);
    const child = spawn(
      process.execPath,
      [
        ...["--conditions=@relais/source", bin, "worker", "--dsn", `smtp://127.0.0.1:${far.port}`],
        ...["--database", database.href, "--grace", "2s"],
      ],
      {
        cwd,
        env: {
          PATH: process.env.PATH,
          NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
          AWS_EC2_METADATA_DISABLED: "true",
        },
      },
    );
    let err = "";
    let asked = 0;
    child.stderr.on("data", (part) => {
      err += part;
      // In the same moment: it listens from before it takes anything.
      if (asked > 0 || !err.includes("works: chain from")) return;
      asked = Date.now();
      way.silence("all");
      child.kill("SIGTERM");
    });
    const [code] = (await once(child, "close")) as [number | null];
    expect([code, err.split("\n").filter((line) => line.includes("Error:"))]).toEqual([0, []]);
    expect(err).toMatch(/error while giving back a lease: Query read timeout|the database does not answer/);
    expect(Date.now() - asked).toBeLessThan(7_000);
    await Promise.all([way.close(), far.close()]);
    await server.stop();
    rmSync(cwd, { recursive: true, force: true });
  },
  40_000,
);
