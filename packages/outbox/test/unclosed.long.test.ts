import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { needs } from "../../../test/repo/system.ts";
import { pgliteFolder } from "./pglite-folder.ts";
import { sharedPostgres } from "./shared-postgres.ts";

/** A script that enqueues and does not close the outbox: how long it takes to end after its last line, ms. */
async function lingersMs(where: object): Promise<number> {
  const program = `
    import { createOutbox } from "@relais/outbox";
    const outbox = await createOutbox(${JSON.stringify(where)});
    await outbox.enqueue({ from: "shop@example.org", to: "ann@example.net", subject: "Hello", text: "Hello" });
    await outbox.stats();
    const done = performance.now();
    process.on("exit", () => console.log(performance.now() - done));`;
  const how = ["--conditions=@relais/source", "--input-type=module", "-e", program];
  const running = promisify(execFile)(process.execPath, how, { cwd: import.meta.dirname, timeout: 40_000 });
  return Number((await running).stdout);
}

describe("a script that does not close its outbox ends by itself", () => {
  test.runIf(needs("postgres"))("on PostgreSQL at once: idle connections do not keep it", async () => {
    const database = await (await sharedPostgres()).database("migrated");
    expect(await lingersMs({ database })).toBeLessThan(5_000);
  });

  test("on PGlite at once, also where the one before it has left the database as a crash does", async () => {
    const folder = await pgliteFolder();
    expect(await lingersMs({ folder })).toBeLessThan(5_000);
    expect(await lingersMs({ folder })).toBeLessThan(5_000);
  }, 90_000);
});
