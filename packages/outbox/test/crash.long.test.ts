import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { smtpServer } from "@relais/conformance";
import { createOutbox, createWorker, type Outbox } from "@relais/outbox";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { type PostgresServer, postgresServer } from "./postgres-server.ts";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { empty } from "./stores.ts";

const program = join(import.meta.dirname, "worker-child.ts");

async function workerChild(database: string, port: number, name: string): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ["--conditions=@relais/source", program, database, String(port), name],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  await once(child.stdout as NodeJS.ReadableStream, "data");
  return child;
}

describe.runIf(needs("postgres"))("a worker that is killed", () => {
  let server: PostgresServer;
  let url: string;
  let outbox: Outbox;
  beforeAll(async () => {
    server = await postgresServer();
    url = await server.database();
    outbox = await createOutbox({ database: url, from: "shop@example.org" });
  }, 30_000);
  afterAll(async () => {
    await outbox.close();
    await server.stop();
  });
  beforeEach(() => empty(outbox));

  test("leaves what it had not handed over to the next within 15 s, and what it had as unknown", async () => {
    const far = await smtpServer({
      script: {
        data: ({ nth }) => (nth > 2 ? { stall: true } : undefined),
        dot: { stall: true, keep: true },
      },
    });
    const child = await workerChild(url, far.port, "doomed");
    await outbox.enqueueMany(Array.from({ length: 4 }, (_, i) => ({ message: mail(`p${i}@example.net`) })));
    await until(
      () => far.sessions.filter(({ finalDots }) => finalDots > 0).length,
      (count) => count === 2,
    );
    await until(
      () => far.sessions.flatMap(({ commands }) => commands).filter((line) => line === "DATA").length,
      (count) => count === 4,
    );
    // An attempt that has not handed over has its row after a quarter of a second.
    await new Promise((resolve) => setTimeout(resolve, 350));
    child.kill("SIGKILL");
    await once(child, "close");
    const killed = Date.now();
    const heir = scripted("HEIR");
    const worker = createWorker(outbox, chainOf(heir), { name: "heir" });
    await worker.start();
    await until(
      () => outbox.stats(),
      ({ byState }) => byState.sent === 2 && byState.unknown === 2,
      20_000,
    );
    expect(Date.now() - killed).toBeLessThan(15_000);
    expect(heir.took).toHaveLength(2);
    const [held] = await outbox.list({ state: "unknown" });
    expect(held?.deliveryTrace).toMatchObject({
      status: "unknown",
      attempts: [
        { provider: "SMTP", phase: "handed_over", kind: "unknown", code: "worker-lost", worker: "doomed" },
      ],
    });
    const [sent] = await outbox.list({ state: "sent" });
    expect(sent?.providerMessageId).toMatch(/^HEIR-/);
    expect(sent?.deliveryTrace.attempts).toMatchObject([
      { provider: "SMTP", phase: "open", kind: "cancelled", code: "worker-lost", worker: "doomed" },
      { provider: "HEIR", success: true, worker: "heir" },
    ]);
    await worker.stop();
    await far.close();
  }, 40_000);

  test("SIGTERM under load: exit 0 in time, nothing lost, nothing unknown", async () => {
    const far = await smtpServer({ script: { dot: { delayMs: 20 } } });
    const child = await workerChild(url, far.port, "polite");
    await outbox.enqueueMany(Array.from({ length: 300 }, (_, i) => ({ message: mail(`p${i}@example.net`) })));
    await until(
      () => far.accepted.length,
      (count) => count > 50,
    );
    const asked = Date.now();
    child.kill("SIGTERM");
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5_000);
    const { byState } = await outbox.stats();
    expect(byState).toMatchObject({ sent: far.accepted.length, unknown: 0, sending: 0 });
    expect(byState.sent + byState.queued).toBe(300);
    await far.close();
  }, 30_000);

  test("a worker that was only thought lost says how it ended, and the message is settled", async () => {
    let answer: (() => void) | undefined;
    const slow = scripted("SLOW");
    const { send } = slow;
    slow.send = async (message, context) => {
      const outcome = await send(message, context);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return outcome;
    };
    const worker = createWorker(outbox, chainOf(slow), { name: "frozen" });
    await worker.start();
    const { id } = await outbox.enqueue(mail());
    await until(
      () => slow.took.length,
      (count) => count === 1,
    );
    // As if the process had been frozen for longer than its lease.
    await outbox.database.query("delete from relais.worker");
    await until(
      () => outbox.get(id),
      (message) => message?.state === "unknown",
    );
    answer?.();
    const settled = await until(
      () => outbox.get(id),
      (message) => message?.state === "sent",
    );
    expect(settled).toMatchObject({
      provider: "SLOW",
      deliveryTrace: {
        status: "sent",
        attempts: [
          { kind: "unknown", code: "worker-lost" },
          { success: true, late: true },
        ],
        resolution: { by: "late-answer", as: "sent" },
      },
    });
    expect(slow.took).toHaveLength(1);
    await worker.stop();
  }, 30_000);

  test("workers that start at the same moment on a new database all start", async () => {
    for (let round = 0; round < 4; round++) {
      const database = await server.database();
      const all = await Promise.all(Array.from({ length: 4 }, () => createOutbox({ database })));
      const workers = all.map((one) => createWorker(one, chainOf(scripted("ONE"))));
      await Promise.all(workers.map((worker) => worker.start()));
      await Promise.all(workers.map((worker) => worker.stop()));
      await Promise.all(all.map((one) => one.close()));
    }
  }, 30_000);

  test("the database restarts under a worker: it goes on, and nobody gets two", async () => {
    const far = await smtpServer({ script: { dot: { delayMs: 10 } } });
    const child = await workerChild(url, far.port, "patient");
    await outbox.enqueueMany(Array.from({ length: 400 }, (_, i) => ({ message: mail(`p${i}@example.net`) })));
    await until(
      () => far.accepted.length,
      (count) => count > 60,
    );
    await server.restart();
    await until(
      async () => (await outbox.stats().catch(() => undefined))?.byState,
      (byState) => byState !== undefined && byState.queued + byState.sending + byState.deferred === 0,
      40_000,
    );
    const { byState } = await outbox.stats();
    const copies = new Map<string, number>();
    for (const { to } of far.accepted) copies.set(to[0] as string, (copies.get(to[0] as string) ?? 0) + 1);
    process.stdout.write(`database restarted: ${JSON.stringify(byState, ["sent", "unknown", "failed"])}\n`);
    expect([...copies.values()].filter((count) => count > 1)).toEqual([]);
    expect(byState.sent + byState.unknown).toBe(400);
    expect(byState.unknown).toBeLessThanOrEqual(10);
    expect(copies.size).toBeGreaterThanOrEqual(byState.sent);
    child.kill("SIGTERM");
    await once(child, "close");
    await far.close();
  }, 60_000);
});
