import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { smtpServer } from "@relais/conformance";
import { expect, test } from "vitest";

const bin = join(import.meta.dirname, "../../src/cli/bin.ts");

function relais(cwd: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["--conditions=@relais/source", bin, ...args], {
    cwd,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      AWS_EC2_METADATA_DISABLED: "true",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let out = "";
  let err = "";
  child.stdout?.on("data", (part: Buffer) => {
    out += part.toString();
  });
  child.stderr?.on("data", (part: Buffer) => {
    err += part.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
};

test("5,000 rows, killed eight times: nobody twice, and nobody missed but those listed as unknown", async () => {
  const rows = 5_000;
  const server = await smtpServer();
  const cwd = mkdtempSync(join(tmpdir(), "relais-bulk-"));
  const lines = Array.from({ length: rows }, (_, i) => `p${i}@example.net,Person ${i}`);
  writeFileSync(join(cwd, "people.csv"), `email,name\n${lines.join("\n")}\n`);
  const args = [
    "send",
    "--bulk",
    "people.csv",
    "--dsn",
    `smtp://${server.host}:${server.port}`,
    ...["--from", "shop@example.org", "--subject", "Hi {{name}}", "--text", "Hello", "--json"],
  ];
  for (let kill = 1; kill <= 8; kill++) {
    const child = relais(cwd, args);
    await until(() => server.accepted.length >= kill * 500 + ((kill * 37) % 90));
    child.kill("SIGKILL");
    await once(child, "close");
  }
  const last = relais(cwd, [...args, "--report", "report.csv"]);
  const { code, out } = await ended(last);
  const report = JSON.parse(out) as { sent: number; unknown: number; left: number; failed: number };
  const copies = new Map<string, number>();
  for (const { to } of server.accepted) copies.set(to[0] as string, (copies.get(to[0] as string) ?? 0) + 1);
  const unknown = readFileSync(join(cwd, "report.csv"), "utf8").match(/^\d+,(\S+?),unknown,/gm) ?? [];
  process.stdout.write(`killed 8 times: ${JSON.stringify(report, ["sent", "unknown", "failed", "left"])}\n`);
  expect([...copies.values()].filter((count) => count > 1)).toEqual([]);
  expect(report).toMatchObject({ failed: 0, left: 0 });
  expect(report.sent + report.unknown).toBe(rows);
  expect(unknown).toHaveLength(report.unknown);
  // Of ten under way at most, each time.
  expect(report.unknown).toBeLessThanOrEqual(80);
  expect(copies.size).toBeGreaterThanOrEqual(report.sent);
  expect(code).toBe(report.unknown > 0 ? 3 : 0);
  await server.close();
}, 120_000);

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
