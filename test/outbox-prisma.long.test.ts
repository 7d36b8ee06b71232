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

const files: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "somebody-elses", private: true, type: "module" }),
  "schema.prisma": `
generator client {
  provider            = "prisma-client"
  output              = "./generated"
  importFileExtension = "ts"
}
datasource db {
  provider = "postgresql"
}
model orders {
  id   Int    @id @default(autoincrement())
  item String
}
`,
  "prisma.config.ts": `
import { defineConfig } from "prisma/config";
export default defineConfig({ schema: "schema.prisma" });
`,
  "main.ts": `
import { PrismaPg } from "@prisma/adapter-pg";
import { createOutbox, fromPrisma } from "@relais/outbox";
import { PrismaClient } from "./generated/client.ts";

const url = process.env.DATABASE_URL;
const outbox = await createOutbox({ database: url, from: "shop@example.org" });
await outbox.database.query("create table orders (id serial primary key, item text not null)");
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
const order = (item: string) =>
  prisma.$transaction(async (tx) => {
    await tx.orders.create({ data: { item } });
    const mail = { to: "ann@example.net", subject: "Your " + item, text: item };
    const { id } = await outbox.enqueue(mail, { tx: fromPrisma(tx) });
    if (item === "nothing") throw new Error("there is none left");
    return id;
  });
const counted = async () => (await prisma.orders.count()) + " orders, " + (await outbox.list()).length + " mails";

const mail = await outbox.get(await order("teapot"));
console.log(mail?.subject, mail?.state, await counted());
const told = await order("nothing").catch((error) => error.message);
console.log(told, await counted());
await prisma.$disconnect();
await outbox.close();
`,
};

describe.runIf(needs("postgres"))("a mail in a transaction of Prisma, on a real server", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    writeScratch(folder, files);
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
    const { code, said, stdout } = await run(process.execPath, ["--conditions=@relais/source", "main.ts"], {
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
