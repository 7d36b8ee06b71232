import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import { createOutbox, type Outbox } from "@relais/outbox";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freePort } from "../../../../test/repo/free-port.ts";
import { needs } from "../../../../test/repo/system.ts";
import { until } from "../../../outbox/test/scripted.ts";
import { sharedPostgres } from "../../../outbox/test/shared-postgres.ts";

const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
const mail = { from: "shop@example.org", to: "ann@example.net", subject: "Your order", text: "Hello" };

describe.runIf(needs("postgres"))("a worker of several processes", () => {
  let cwd: string;
  let far: SmtpServer;
  let url: string;
  let outbox: Outbox;
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "relais-processes-"));
    far = await smtpServer();
    url = await (await sharedPostgres()).database("migrated");
    outbox = await createOutbox({ database: url });
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await far.close();
    rmSync(cwd, { recursive: true, force: true });
  });
  beforeEach(() => outbox.database.query("delete from relais.message; delete from relais.worker;"));

  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, AWS_EC2_METADATA_DISABLED: "true" };
  type Child = ChildProcessByStdio<null, Readable, Readable>;
  const left = new Set<Child>();
  afterEach(() => {
    for (const child of left) child.kill("SIGKILL");
    left.clear();
  });

  const start = (...more: string[]) => {
    const dsn = ["--dsn", `smtp://127.0.0.1:${far.port}`];
    const args = ["--conditions=@relais/source", bin, "worker", ...dsn, ...more];
    // A group of its own, as a terminal's: the test sends signals to all of it.
    const child: Child = spawn(process.execPath, args, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    left.add(child);
    let [out, err] = ["", ""];
    child.stdout.on("data", (part) => {
      out += part;
    });
    child.stderr.on("data", (part) => {
      err += part;
    });
    return { child, pid: child.pid as number, out: () => out, err: () => err };
  };
  const pidsOf = (pid: number): number[] =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  const isThere = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const workers = async (): Promise<number> =>
    (await outbox.database.query<{ n: number }>("select count(*)::int as n from relais.worker"))[0]
      ?.n as number;
  const fill = (count: number) =>
    outbox.enqueueMany(Array.from({ length: count }, () => ({ message: mail })));
  const sent = (count: number) =>
    until(
      () => outbox.stats(),
      ({ byState }) => byState.sent === count,
    );

  test("sends as one: ready when all are, metrics told once, one that dies is replaced and its counts stay", async () => {
    const port = await freePort();
    const { child, pid, err } = start(
      "--database",
      url,
      "--processes",
      "3",
      "--metrics",
      "--port",
      String(port),
    );
    const page = async (path: string): Promise<readonly [number, string]> => {
      const answer = await fetch(`http://127.0.0.1:${port}/${path}`).catch(() => undefined);
      return [answer?.status ?? 0, (await answer?.text()) ?? ""];
    };
    const ready = () =>
      until(
        () => page("readyz"),
        ([status]) => status === 200,
      );
    const value = (text: string, series: string): number[] =>
      text.split("\n").flatMap((line) => (line.startsWith(series) ? [Number(line.split(" ").at(-1))] : []));

    const notYet = await until(
      () => page("readyz"),
      ([status]) => status !== 0,
    );
    expect(notYet[0]).toBe(503);
    await ready();
    expect(await workers()).toBe(3);
    await fill(200);
    await sent(200);
    const [, before] = await page("metrics");
    const settled = 'relais_outbox_settled_total{state="sent"';
    expect(value(before, settled).reduce((sum, one) => sum + one)).toBe(200);
    expect(value(before, 'relais_outbox_messages{state="sent"')).toEqual([200]);
    expect(value(before, "relais_worker_concurrency")).toEqual([30]);
    const memory = value(before, "relais_worker_process_memory_bytes{");
    expect(memory.length).toBe(3);
    for (const bytes of memory) expect(bytes).toBeGreaterThan(20e6);

    const [victim] = pidsOf(pid) as [number];
    process.kill(victim, "SIGKILL");
    await until(err, (text) =>
      text.includes(`(${victim}) ended by itself, SIGKILL: another one starts in 1 s`),
    );
    expect((await page("readyz"))[0]).toBe(503);
    expect((await page("healthz"))[0]).toBe(200);
    await ready();
    expect(pidsOf(pid)).toHaveLength(3);
    await fill(60);
    await sent(260);
    const [, after] = await page("metrics");
    expect(value(after, settled).reduce((sum, one) => sum + one)).toBe(260);
    expect(value(after, "relais_worker_process_restarts_total")).toEqual([1]);
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([0, null]);
  }, 90_000);

  test.each([
    ["SIGTERM to the first one", (pid: number) => process.kill(pid, "SIGTERM")],
    ["SIGINT to all, as a terminal does", (pid: number) => process.kill(-pid, "SIGINT")],
    ["SIGTERM to all, as systemd does", (pid: number) => process.kill(-pid, "SIGTERM")],
  ])(
    "%s: all finish what is under way, and end",
    async (_, stop) => {
      const { child, pid } = start("--database", url, "--processes", "2", "--concurrency", "4");
      await until(workers, (count) => count === 2);
      const pids = pidsOf(pid);
      await fill(400);
      await until(
        () => outbox.stats(),
        ({ byState }) => byState.sent > 20,
      );
      stop(pid);
      expect(await once(child, "close")).toEqual([0, null]);
      expect(pids.filter(isThere)).toEqual([]);
      const { byState } = await outbox.stats();
      expect(byState).toMatchObject({ sending: 0, unknown: 0, failed: 0 });
      expect(byState.queued + byState.sent).toBe(400);
      expect(await workers()).toBe(0);
    },
    60_000,
  );

  test("SIGHUP goes to all; when the first one is killed the others stop", async () => {
    const { child, pid, err } = start("--database", url, "--processes", "2");
    await until(workers, (count) => count === 2);
    const pids = pidsOf(pid);
    process.kill(pid, "SIGHUP");
    await until(err, (text) => text.split("SIGHUP: the configuration was read again").length === 3);
    child.kill("SIGKILL");
    await until(
      () => pids.filter(isThere).length,
      (count) => count === 0,
    );
    expect(await workers()).toBe(0);
  }, 60_000);

  test.each([
    [
      "PGlite",
      ["--folder", "here"],
      /^The outbox cannot be opened: --processes needs a Postgres: PGlite is for one process\.$/,
    ],
    [
      "a database that is away",
      ["--database", "postgres://127.0.0.1:1/x"],
      /^The outbox cannot be opened: .*; is it running there\?$/,
    ],
  ])(
    "%s: one sentence, once",
    async (_, flags, sentence) => {
      const { child, err } = start("--processes", "3", ...flags);
      expect(await once(child, "close")).toEqual([2, null]);
      expect(err().trim()).toMatch(sentence);
    },
    40_000,
  );
});
