import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { smtpServer } from "@relais/conformance";
import { expect, test } from "vitest";
import { bulkKilled, ended, relais, until } from "./killed.ts";

// A little of what bulk-killed.long.test.ts does.
test(
  "800 rows, killed twice: nobody twice, and nobody missed but those listed as unknown",
  () => bulkKilled(800, 2),
  120_000,
);

test("SIGTERM finishes what is under way, and a second process is told to wait", async () => {
  const server = await smtpServer({ script: { dot: { delayMs: 300 } } });
  const cwd = mkdtempSync(join(tmpdir(), "relais-bulk-"));
  const lines = Array.from({ length: 200 }, (_, i) => `p${i}@example.net`);
  writeFileSync(join(cwd, "people.csv"), `email\n${lines.join("\n")}\n`);
  const args = ["send", "--bulk", "people.csv", "--dsn", `smtp://${server.host}:${server.port}`];
  args.push("--from", "shop@example.org", "--subject", "Hi", "--text", "Hello");
  const first = relais(cwd, args);
  const end = ended(first);
  await until(() => existsSync(join(cwd, "people.csv.relais.jsonl")) && server.sessions.length > 0);
  const second = await ended(relais(cwd, args));
  expect(second).toMatchObject({ code: 2, err: expect.stringContaining("is in use by another relais send") });
  await until(() => server.accepted.length > 12);
  first.kill("SIGHUP");
  first.kill("SIGTERM");
  const { code, out, err } = await end;
  expect(err).toContain("stopping: what is under way is finished");
  expect(out).toMatch(/^\d+ of 200 sent[^\n]*\n\d+ left: the same command goes on with them\n$/);
  expect(code).toBe(4);
  expect(Number(/^\d+/.exec(out)?.[0])).toBe(server.accepted.length);
  server.script({});
  const { code: again } = await ended(relais(cwd, args));
  expect(again).toBe(0);
  expect(new Set(server.accepted.map(({ to }) => to[0])).size).toBe(200);
  expect(server.accepted).toHaveLength(200);
  await server.close();
}, 60_000);
