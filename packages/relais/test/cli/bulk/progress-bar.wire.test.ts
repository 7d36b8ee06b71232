import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { smtpServer } from "@relais/conformance";
import { expect, test } from "vitest";
import { runHere } from "../run-here.ts";

test("on a terminal a bar moves, and Ctrl-C stays a signal: what is under way is finished", async () => {
  const server = await smtpServer({ script: { dot: { delayMs: 150 } } });
  const cwd = mkdtempSync(join(tmpdir(), "relais-bulk-"));
  writeFileSync(join(cwd, "p.csv"), `email\n${"ann@example.net\n".repeat(60)}`);
  let shown = "";
  const output = new Writable({
    write(part, _, done) {
      shown += String(part);
      done();
    },
  });
  const args = ["send", "--bulk", "p.csv", "--dsn", `smtp://${server.host}:${server.port}`];
  args.push("--from", "shop@example.org", "--subject", "Hi", "--text", "Hello");
  const run = runHere(args, { cwd, terminal: { input: new PassThrough(), output } });
  while (server.accepted.length < 6) await new Promise((resolve) => setTimeout(resolve, 5));
  // A bar that reads keys gets Ctrl-C as a key, and no signal comes.
  expect(process.stdin.listenerCount("keypress")).toBe(0);
  process.emit("SIGINT");
  const { code, out, err } = await run;
  expect(code).toBe(4);
  expect(err).toContain("stopping: what is under way is finished");
  expect(out).toMatch(/^\d+ of 60 sent \(\d+ by SMTP\)\n\d+ left: /);
  expect(Number(/^\d+/.exec(out)?.[0])).toBe(server.accepted.length);
  expect(server.accepted.length).toBeLessThan(60);
  expect(shown).toMatch(/░ \d+ of 60: \d+ sent, 0 failed, 0 unknown, \d+\.\d\/s/);
  await server.close();
});

test("SIGHUP reads the configuration again; the old one stays if the new one is wrong", async () => {
  const [first, second] = [await smtpServer({ script: { dot: { delayMs: 50 } } }), await smtpServer()];
  const cwd = mkdtempSync(join(tmpdir(), "relais-bulk-"));
  const configure = (port: unknown): void =>
    writeFileSync(
      join(cwd, "relais.config.json"),
      JSON.stringify({ chain: [{ use: "smtp", id: "P", options: { host: first.host, port } }] }),
    );
  configure(first.port);
  writeFileSync(join(cwd, "p.csv"), `email\n${"ann@example.net\n".repeat(200)}`);
  const args = [
    "send",
    "--bulk",
    "p.csv",
    "--from",
    "shop@example.org",
    "--subject",
    "Hi",
    "--text",
    "Hello",
  ];
  const run = runHere([...args, "--concurrency", "2"], { cwd });
  const until = async (count: number): Promise<void> => {
    while (first.accepted.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await until(4);
  configure("wrong");
  process.emit("SIGHUP");
  await until(20);
  configure(second.port);
  process.emit("SIGHUP");
  const { code, err } = await run;
  expect(code).toBe(0);
  expect(err).toMatch(
    /SIGHUP: the old configuration stays: [^\n]*port[\s\S]*SIGHUP: the configuration was read again/,
  );
  expect(first.accepted.length + second.accepted.length).toBe(200);
  expect(second.accepted.length).toBeGreaterThan(0);
  await first.close();
  await second.close();
});
