import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresServer, postgresServer } from "../packages/outbox/test/postgres-server.ts";
import { root } from "./repo/root.ts";
import { run } from "./repo/run.ts";
import { needs } from "./repo/system.ts";

describe.runIf(needs("postgres"))("a mail in a transaction of another library, on a real server", () => {
  let server: PostgresServer;
  let lines: string[];
  beforeAll(async () => {
    server = await postgresServer();
    const { code, said, stdout } = await run(process.execPath, ["--conditions=@relais/source", "main.ts"], {
      cwd: join(root, "examples/outbox-orms"),
      timeoutMs: 30_000,
      env: { DATABASE_URL: await server.database() },
    });
    expect(code, said).toBe(0);
    lines = stdout.trim().split("\n");
  });
  afterAll(() => server?.stop());

  test("begins with an empty outbox, and covers every library", () => {
    expect(lines[0]).toBe("to begin with: 0 orders, 0 mails");
    expect(lines).toHaveLength(11);
  });

  test.each(["outbox.database", "pg", "Drizzle", "Knex", "Kysely"].map((name, i) => [name, i + 1] as const))(
    "%s: there if it commits, not there if it does not",
    (name, count) => {
      expect(lines.filter((line) => line.startsWith(`${name}: `))).toEqual([
        `${name}: committed, “Your teapot” is queued; ${count} orders, ${count} mails`,
        `${name}: rolled back, there is none left; ${count} orders, ${count} mails`,
      ]);
    },
  );
});
