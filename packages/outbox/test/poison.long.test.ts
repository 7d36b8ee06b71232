import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createOutbox, createWorker, type Outbox } from "@relais/outbox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { type PostgresServer, postgresServer } from "./postgres-server.ts";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { empty } from "./stores.ts";

const program = join(import.meta.dirname, "poison-child.ts");

describe.runIf(needs("postgres"))("a message that ends its worker", () => {
  let server: PostgresServer;
  let url: string;
  let outbox: Outbox;
  beforeAll(async () => {
    server = await postgresServer();
    url = await server.database();
    outbox = await createOutbox({ database: url, from: "shop@example.org" });
  }, 60_000);
  afterAll(async () => {
    await outbox.close();
    await server.stop();
  });

  /** Starts workers, one after the other, as a supervisor does, until it is told to stop. */
  function supervised(when: string) {
    let child: ChildProcess | undefined;
    let over = false;
    let deaths = 0;
    const run = (async () => {
      while (!over) {
        child = spawn(process.execPath, ["--conditions=@relais/source", program, url, when], {
          stdio: "ignore",
        });
        const [, signal] = (await once(child, "exit")) as [number | null, string | null];
        if (!over && signal === "SIGKILL") deaths += 1;
      }
    })();
    return {
      deaths: () => deaths,
      async end() {
        over = true;
        child?.kill("SIGKILL");
        await run;
      },
    };
  }

  const enqueue = async (onUnknown: "hold" | "resend", poisons: number) => {
    await empty(outbox);
    const ids: string[] = [];
    for (let i = 0; i < 24; i++) {
      const isPoison = i < poisons;
      const message = { ...mail(`p${i}@example.net`), subject: isPoison ? "Poison" : "Order" };
      const { id } = await outbox.enqueue(message, { onUnknown });
      if (isPoison) ids.push(id);
    }
    return ids;
  };

  test("is set aside after the third, kept, and may be sent again; no other is lost with it twice", async () => {
    const [poison] = await enqueue("hold", 1);
    const workers = supervised("before");
    const failed = await until(
      () => outbox.get(poison ?? ""),
      (message) => message?.state === "failed",
      100_000,
    );
    expect(failed).toMatchObject({
      lastError: "set aside: 3 workers, one after the other, were lost while they had this message",
      rejected: [{ address: "p0@example.net", kind: "cancelled" }],
    });
    expect(workers.deaths()).toBe(3);
    await until(
      () => outbox.stats(),
      ({ byState }) => byState.sent + byState.unknown === 23,
      40_000,
    );
    await workers.end();
    // Those that were under way with it the first time.
    expect((await outbox.stats()).byState.unknown).toBeLessThan(5);
    expect(await outbox.resend(poison ?? "", { by: "ann" })).toBe(true);
    const heir = createWorker(outbox, chainOf(scripted("HEIR")));
    await heir.start();
    await until(
      () => outbox.get(poison ?? ""),
      (message) => message?.state === "sent",
    );
    await heir.stop();
  }, 180_000);

  test("after its hand-over, and sent again by its policy, likewise", async () => {
    const [poison] = await enqueue("resend", 1);
    const workers = supervised("after");
    await until(
      () => outbox.get(poison ?? ""),
      (message) => message?.state === "failed",
      100_000,
    );
    await until(
      () => outbox.stats(),
      ({ byState }) => byState.sent === 23,
      40_000,
    );
    expect(workers.deaths()).toBe(3);
    await workers.end();
    const others = (await outbox.list({ state: "sent" })).map(
      ({ deliveryTrace }) => deliveryTrace.attempts.filter(({ kind }) => kind === "unknown").length,
    );
    expect(Math.max(...others)).toBeLessThanOrEqual(1);
  }, 180_000);
});
