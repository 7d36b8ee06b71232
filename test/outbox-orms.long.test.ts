import { join } from "node:path";
import { smtpServer } from "@relais/conformance";
import { createChain } from "@relais/core";
import { createOutbox, createWorker } from "@relais/outbox";
import { smtp } from "@relais/smtp";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, postgresServer } from "../packages/outbox/test/postgres-server.ts";
import { root } from "./repo/root.ts";
import { run } from "./repo/run.ts";
import { needs } from "./repo/system.ts";

const names = ["outbox.database", "pg", "Drizzle", "Knex", "Kysely", "TypeORM", "MikroORM", "Sequelize"];
/** What a library might take for something else: a quote, a placeholder, an escape. */
const item = `teapot, it's "50 %" off? ?? \\? \\o/ $1 :a ☕`;

describe.runIf(needs("postgres"))("a mail in a transaction of another library, on a real server", () => {
  let server: PostgresServer;
  let url: string;
  let lines: string[];
  beforeAll(async () => {
    server = await postgresServer();
    url = await server.database();
    const args = ["--conditions=@relais/source", "main.ts", item];
    const { code, said, stdout } = await run(process.execPath, args, {
      cwd: join(root, "examples/outbox-orms"),
      timeoutMs: 60_000,
      env: { DATABASE_URL: url },
    });
    expect(code, said).toBe(0);
    lines = stdout.trim().split("\n");
  }, 90_000);
  afterAll(() => server?.stop());

  test("begins with an empty outbox, and covers every library", () => {
    expect(lines[0]).toBe("to begin with: 0 orders, 0 mails");
    expect(lines).toHaveLength(1 + 2 * names.length);
  });

  test.each(names.map((name, i) => [name, i + 1] as const))(
    "%s: there if it commits, not there if it does not",
    (name, count) => {
      expect(lines.filter((line) => line.startsWith(`${name}: `))).toEqual([
        `${name}: committed, “Your ${item}” is queued; ${count} orders, ${count} mails`,
        `${name}: rolled back, there is none left; ${count} orders, ${count} mails`,
      ]);
    },
  );

  test("what was committed is sent, with every character of it, and nothing else", async () => {
    const server = await smtpServer();
    const chain = createChain([smtp({ host: server.host, port: server.port })]);
    const outbox = await createOutbox({ database: url });
    const worker = createWorker(outbox, chain);
    await worker.start();
    await expect
      .poll(async () => (await outbox.stats()).byState.sent, { timeout: 20_000 })
      .toBe(names.length);
    await outbox.close();
    await chain.close();
    const texts = await Promise.all(server.accepted.map(({ data }) => PostalMime.parse(data)));
    expect(texts.map(({ subject, text }) => [subject, text?.trim()])).toEqual(
      names.map(() => [`Your ${item}`, `Your ${item} is on its way.`]),
    );
    await server.close();
  }, 40_000);
});
