import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import { createOutbox, type Outbox, wholeSchema } from "@relais/outbox";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../../../../test/repo/system.ts";
import { type PostgresServer, postgresServer } from "../../../outbox/test/postgres-server.ts";
import { until } from "../../../outbox/test/scripted.ts";

const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Your order", text: "Hello" };

describe.runIf(needs("postgres"))("the command of a worker", () => {
  let cwd: string;
  let server: PostgresServer;
  let far: SmtpServer;
  let url: string;
  let outbox: Outbox;
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "relais-life-"));
    [server, far] = await Promise.all([postgresServer(), smtpServer()]);
    url = await server.database();
    outbox = await createOutbox({ database: url });
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await Promise.all([far.close(), server.stop()]);
    rmSync(cwd, { recursive: true, force: true });
  });
  beforeEach(() => outbox.database.query("delete from relais.message"));

  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, AWS_EC2_METADATA_DISABLED: "true" };
  const args = (command: string, ...more: string[]): string[] => [
    ...["--conditions=@relais/source", bin, command, "--dsn", `smtp://127.0.0.1:${far.port}`],
    ...["--database", url, ...more],
  ];
  type Child = ChildProcessByStdio<null, Readable, Readable>;
  const start = (command: string, ...more: string[]): { child: Child; err: () => string } => {
    const child = spawn(process.execPath, args(command, ...more), {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let err = "";
    child.stderr.on("data", (part: Buffer) => {
      err += part;
    });
    return { child, err: () => err };
  };

  test.each([
    ["worker", "127.0.0.1", (port: number) => `The port ${port} on 127.0.0.1 is in use.`],
    ["serve", "127.0.0.1", (port: number) => `The port ${port} on 127.0.0.1 is in use.`],
    [
      "worker",
      "203.0.113.9",
      (port: number) => `The port ${port} on 203.0.113.9 is at an address that this machine does not have.`,
    ],
  ])(
    "%s on %s: a port that cannot be had is one sentence, before anything is claimed",
    async (command, host, sentence) => {
      const taken = createServer();
      taken.listen(0, "127.0.0.1");
      await once(taken, "listening");
      const { port } = taken.address() as AddressInfo;
      const { id } = await outbox.enqueue(mail);
      const { child, err } = start(command, "--port", String(port), "--host", host);
      expect(await once(child, "close")).toEqual([2, null]);
      expect(err().trim().split("\n")).toEqual([sentence(port)]);
      expect((await outbox.get(id))?.state).toBe("queued");
      taken.close();
    },
    40_000,
  );

  test.each([["--json"], []])(
    "whoever reads its log %s goes: it goes on",
    async (...flags) => {
      await outbox.enqueueMany(Array.from({ length: 40 }, () => ({ message: mail })));
      const { child } = start("worker", "--concurrency", "2", ...flags);
      let ended = false;
      child.once("exit", () => {
        ended = true;
      });
      await once(child.stdout, "data");
      child.stdout.destroy();
      child.stderr.destroy();
      await until(
        () => outbox.stats(),
        ({ byState }) => byState.sent === 40,
      );
      expect(ended).toBe(false);
      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([0, null]);
    },
    60_000,
  );

  test.each([["--json"], []])(
    "whoever reads its log %s stops, and stays: it goes on, and ends when it is told to",
    async (...flags) => {
      const count = 600;
      await outbox.enqueueMany(Array.from({ length: count }, () => ({ message: mail })));
      const pipe = join(cwd, `pipe-${flags.length}`);
      await promisify(execFile)("mkfifo", [pipe]);
      // A pipe of 64 KB with a reader that never reads.
      const fd = openSync(pipe, "r+");
      const child = spawn(process.execPath, args("worker", ...flags), {
        cwd,
        env,
        stdio: ["ignore", fd, fd],
      });
      await until(
        () => outbox.stats(),
        ({ byState }) => byState.sent === count,
      );
      const asked = Date.now();
      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([0, null]);
      expect(Date.now() - asked).toBeLessThan(10_000);
      closeSync(fd);
    },
    60_000,
  );

  test("a listing whose reader takes its time is read to its end", async () => {
    await outbox.enqueueMany(Array.from({ length: 1_000 }, () => ({ message: mail })));
    const line = `"${process.execPath}" --conditions=@relais/source "${bin}" outbox ls --limit 1000 --json | (sleep 6; wc -l -c)`;
    const { stdout } = await promisify(execFile)("bash", ["--norc", "-c", line], {
      cwd,
      env: { ...env, DATABASE_URL: url },
    });
    const [lines, bytes] = stdout.trim().split(/\s+/).map(Number);
    expect(lines).toBe(1);
    expect(bytes).toBeGreaterThan(200_000);
  }, 60_000);

  test("a listing whose reader has enough ends quietly, with 0", async () => {
    await outbox.enqueueMany(Array.from({ length: 1_000 }, () => ({ message: mail })));
    for (const what of ["ls --limit 1000", "ls --limit 1000 --json", "migrate --print"]) {
      const line = `"${process.execPath}" --conditions=@relais/source "${bin}" outbox ${what} | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}"`;
      const result = await promisify(execFile)("bash", ["--norc", "-c", line], {
        cwd,
        env: { ...env, DATABASE_URL: url },
      });
      expect([what, result.stdout.trim(), result.stderr]).toEqual([what, "0", ""]);
    }
  }, 60_000);

  test.each(["worker", "serve"])(
    "%s: its connections are ended, its server crashes: it goes on, and says no stack",
    async (command) => {
      const more = command === "serve" ? ["--port", "0"] : [];
      const { child, err } = start(command, "--metrics", "--port", "0", ...more);
      const send = async (): Promise<void> => {
        const { id } = (await until(
          () => outbox.enqueue(mail).catch(() => undefined),
          (one) => one !== undefined,
        )) as { id: string };
        await until(
          () => outbox.get(id).catch(() => undefined),
          (one) => one?.state === "sent",
        );
      };
      await send();
      const at = /http:[^ ]*:\d+\//.exec(err())?.[0] ?? "";
      await outbox.database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'relais' and pid <> pg_backend_pid()",
      );
      await send();
      await server.restart();
      for (const path of ["healthz", "readyz", "metrics", ...(command === "serve" ? [""] : [])])
        expect([200, 500, 503]).toContain((await fetch(`${at}${path}`)).status);
      await send();
      child.kill("SIGTERM");
      expect(await once(child, "exit")).toEqual([0, null]);
      expect(
        err()
          .split("\n")
          .filter((line) => /^\s+at |^\S*Error|node:internal/.test(line)),
      ).toEqual([]);
    },
    60_000,
  );

  test.each([0, 60, 150, 300, 500, 800, 1_200, 1_800])(
    "SIGTERM after %i ms ends it soon, and leaves nothing under way",
    async (ms) => {
      await outbox.enqueueMany(Array.from({ length: 20 }, () => ({ message: mail })));
      const { child, err } = start("worker");
      const closed = once(child, "close");
      await sleep(ms);
      const asked = Date.now();
      child.kill("SIGTERM");
      const [code, signal] = (await closed) as [number | null, string | null];
      expect(Date.now() - asked).toBeLessThan(8_000);
      // Before its first line nobody listens yet.
      expect(signal === "SIGTERM" ? 143 : code, err()).toSatisfy((one) => one === 0 || one === 143);
      const { byState } = await outbox.stats();
      expect([byState.sending, byState.failed, byState.unknown]).toEqual([0, 0, 0]);
    },
    40_000,
  );

  test("a role that may make no tables: they are there, or it is said what to do", async () => {
    const own = await server.database();
    await outbox.database.query("drop role if exists plain");
    await outbox.database.query("create role plain login");
    const asPlain = Object.assign(new URL(own), { username: "plain" }).href;
    const run = (...more: string[]) =>
      promisify(execFile)(
        process.execPath,
        ["--conditions=@relais/source", bin, "outbox", ...more, "--database", asPlain],
        { cwd, env },
      ).then(
        ({ stdout }) => [0, stdout.trim()],
        ({ code, stderr }: { code: number; stderr: string }) => [code, stderr.trim()],
      );
    expect(await run("stats")).toEqual([
      2,
      expect.stringMatching(/^The outbox cannot be opened: The database's role may not make .*\.$/),
    ]);
    const admin = await createOutbox({ database: own, migrate: false });
    await admin.database.query(wholeSchema());
    await admin.database.query(
      `grant usage on schema relais to plain; grant select on all tables in schema relais to plain`,
    );
    await admin.close();
    expect(await run("ls")).toEqual([0, "no messages"]);
    expect(await run("ls", "--no-migrate")).toEqual([0, "no messages"]);
  }, 60_000);
});
