import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, postgresServer } from "../packages/outbox/test/postgres-server.ts";
import { root } from "./repo/root.ts";
import { run } from "./repo/run.ts";
import { writeScratch } from "./repo/scratch.ts";
import { needs } from "./repo/system.ts";

// Prisma writes its client out of a schema and weighs 300 MB, so it is no dependency: it is installed by npm into a
// folder of its own, below the root, where the packages are found.
const folder = ".test-results/prisma";
const project = join(root, folder);
const version = "7.10.0";

const example = "examples/outbox-orms/prisma";
const files = Object.fromEntries(
  readdirSync(join(root, example)).map((name) => [name, readFileSync(join(root, example, name), "utf8")]),
);

describe.runIf(needs("postgres"))("a mail in a transaction of Prisma, on a real server", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    const manifest = JSON.stringify({ name: "somebody-elses", private: true, type: "module" });
    writeScratch(folder, { ...files, "package.json": manifest });
    const names = ["prisma", "@prisma/client", "@prisma/adapter-pg"].map((name) => `${name}@${version}`);
    const flags = ["install", "--ignore-scripts", "--no-audit", "--no-fund"];
    const installed = await run("npm", [...flags, ...names], { cwd: project, timeoutMs: 200_000 });
    expect(installed.code, installed.said).toBe(0);
    // Any program will do: generating a client runs no schema engine, but would fetch one from elsewhere than npm.
    const env = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" };
    const prisma = join(project, "node_modules/.bin/prisma");
    const generated = await run(prisma, ["generate"], { cwd: project, env });
    expect(generated.code, generated.said).toBe(0);
    server = await postgresServer();
  }, 300_000);
  afterAll(() => server?.stop());

  test("is stored on commit, and not on rollback", async () => {
    const { code, said, stdout } = await run(process.execPath, ["--conditions=@relais/source", "main.mts"], {
      cwd: project,
      env: { DATABASE_URL: await server.database() },
    });
    expect(code, said).toBe(0);
    expect(stdout.trim().split("\n")).toEqual([
      "Your teapot queued 1 orders, 1 mails",
      "there is none left 1 orders, 1 mails",
    ]);
  });
});
