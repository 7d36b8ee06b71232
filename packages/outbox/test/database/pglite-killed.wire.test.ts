import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { pgliteFolder } from "../pglite-folder.ts";
import { until } from "../scripted.ts";
import { child, found } from "./children.ts";
import { kills } from "./kills.ts";

// A little of what pglite-durability.long.test.ts does for minutes; power cuts are only there.
test("killed at any moment: what was committed is there, and it opens again", () => kills(3), 120_000);

test("two processes at one folder: the second is told, the first keeps what it wrote", async () => {
  const home = await pgliteFolder();
  const first = child(home, "write");
  await until(
    () => first.lines().length,
    (count) => count > 3,
    60_000,
  );
  const second = child(home, "write");
  expect(await second.ended).toBe(3);
  expect(second.lines()).toEqual([
    `refused: The folder ${home} is in use by another process; for several give a Postgres as database, or run one worker.`,
  ]);
  const before = first.lines().length;
  await until(
    () => first.lines().length,
    (count) => count > before,
  );
  first.process.kill("SIGKILL");
  await first.ended;
  const acknowledged = first.lines().slice(1).map(Number);
  expect((await found(home))?.sent).toEqual(expect.arrayContaining(acknowledged));
  rmSync(home, { recursive: true });
}, 120_000);
