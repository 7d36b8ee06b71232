import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { smtpServer } from "@relais/conformance";
import { expect } from "vitest";

const bin = join(import.meta.dirname, "../../../src/cli/bin.ts");

/** The command, as a process of its own. */
export function relais(cwd: string, args: readonly string[]): ChildProcess {
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

/** What it said, and its exit code. */
export async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
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

export const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
};

/** A bulk of so many rows, killed so often: nobody twice, and nobody missed but those listed as unknown. */
export async function bulkKilled(rows: number, kills: number): Promise<void> {
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
  for (let kill = 1; kill <= kills; kill++) {
    const child = relais(cwd, args);
    await until(() => server.accepted.length >= kill * Math.floor(rows / (kills + 2)) + ((kill * 37) % 90));
    child.kill("SIGKILL");
    await once(child, "close");
  }
  const last = relais(cwd, [...args, "--report", "report.csv"]);
  const { code, out } = await ended(last);
  const report = JSON.parse(out) as { sent: number; unknown: number; left: number; failed: number };
  const copies = new Map<string, number>();
  for (const { to } of server.accepted) copies.set(to[0] as string, (copies.get(to[0] as string) ?? 0) + 1);
  const unknown = readFileSync(join(cwd, "report.csv"), "utf8").match(/^\d+,(\S+?),unknown,/gm) ?? [];
  process.stdout.write(
    `killed ${kills} times: ${JSON.stringify(report, ["sent", "unknown", "failed", "left"])}\n`,
  );
  expect([...copies.values()].filter((count) => count > 1)).toEqual([]);
  expect(report).toMatchObject({ failed: 0, left: 0 });
  expect(report.sent + report.unknown).toBe(rows);
  expect(unknown).toHaveLength(report.unknown);
  // Of ten under way at most, each time.
  expect(report.unknown).toBeLessThanOrEqual(10 * kills);
  expect(copies.size).toBeGreaterThanOrEqual(report.sent);
  expect(code).toBe(report.unknown > 0 ? 3 : 0);
  await server.close();
}
