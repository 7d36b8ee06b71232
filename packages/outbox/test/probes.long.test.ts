import { createOutbox, createWorker, type Outbox } from "@relais/outbox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { breakingWay } from "./breaking-way.ts";
import { type PostgresServer, postgresServer } from "./postgres-server.ts";
import { chainOf, mail, scripted, until } from "./scripted.ts";
import { empty } from "./stores.ts";

describe.runIf(needs("postgres"))("those who look on while the database is silent", () => {
  let server: PostgresServer;
  let url: string;
  let straight: Outbox;
  beforeAll(async () => {
    server = await postgresServer();
    url = await server.database();
    straight = await createOutbox({ database: url, from: "shop@example.org" });
  }, 60_000);
  afterAll(async () => {
    await straight.close();
    await server.stop();
  });

  test.each([1, 10])(
    "ask ten times a second and more, and starve nobody, with %i connections",
    async (connections) => {
      await empty(straight);
      const way = await breakingWay(Number(new URL(url).port));
      const through = Object.assign(new URL(url), { port: String(way.port) }).href;
      const outbox = await createOutbox({ database: through, connections });
      const far = scripted("FAR");
      const worker = createWorker(outbox, chainOf(far), { queryTimeoutMs: 1_000 });
      await worker.start();
      // All connections are there, and warm.
      await Promise.all(
        Array.from({ length: connections }, () => outbox.database.query("select pg_sleep(0.05)")),
      );
      await outbox.ping();
      way.silence();
      let pings = 0;
      let failed = 0;
      const asking = setInterval(() => {
        for (const ask of [outbox.ping, outbox.stats, outbox.ping, outbox.stats]) {
          pings += 1;
          void ask().catch(() => (failed += 1));
        }
      }, 50);
      await straight.enqueueMany(
        Array.from({ length: 50 }, (_, i) => ({ message: mail(`p${i}@example.net`) })),
      );
      await until(
        () => straight.stats(),
        ({ byState }) => byState.sent === 50,
        20_000,
      );
      clearInterval(asking);
      expect([pings > 20, failed > 0]).toEqual([true, true]);
      // And find out that all is well again.
      await until(
        () =>
          outbox.ping().then(
            () => true,
            () => false,
          ),
        (well) => well,
        20_000,
      );
      await worker.stop();
      await outbox.close();
      await way.close();
    },
    60_000,
  );

  test("a statement of which nobody says how long it may take is not waited for for ever", async () => {
    const way = await breakingWay(Number(new URL(url).port));
    const outbox = await createOutbox({
      database: Object.assign(new URL(url), { port: String(way.port) }).href,
    });
    await outbox.ping();
    way.silence();
    await expect(outbox.ping()).rejects.toThrow(/in time|timeout/);
    await expect(outbox.list()).rejects.toThrow(/in time|timeout/);
    await outbox.close();
    await way.close();
  }, 60_000);
});
