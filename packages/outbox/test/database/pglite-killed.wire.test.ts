import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { pgliteFolder } from "../pglite-folder.ts";
import { until } from "../scripted.ts";
import { child, found } from "./children.ts";
import { randomOf } from "./random.ts";

const seed = Number(process.env.RELAIS_CHAOS_SEED ?? Date.now() % 1_000_000);
const rounds = Number(process.env.RELAIS_CHAOS_ROUNDS ?? 30);

test("killed at any moment: what was committed is there, and it opens again", async () => {
  const random = randomOf(seed);
  const home = mkdtempSync(join(tmpdir(), "relais-killed-"));
  const committed = new Set<number>();
  let early = 0;
  for (let round = 0; round < rounds; round += 1) {
    const writer = child(home, "write");
    // Every fifth is killed while it opens: the first of them in the middle of the first start.
    const opening = round % 5 === 0;
    if (opening) await sleep(random() * 2_500);
    else {
      await until(
        () => writer.lines().length,
        (count) => count > 0 || writer.process.exitCode !== null,
        30_000,
      );
      await sleep(random() * 700);
    }
    writer.process.kill("SIGKILL");
    // Null: it was killed, and had not ended by itself.
    expect(await writer.ended, `round ${round}: ${writer.lines().at(-1)}`).toBeNull();
    const [ledger, ...acknowledged] = writer.lines();
    if (ledger === undefined) early += 1;
    else {
      const { sent, torn, scans } = JSON.parse(ledger);
      const there = new Set(sent);
      expect({ lost: [...committed].filter((n) => !there.has(n)), torn }).toEqual({ lost: [], torn: 0 });
      expect([scans[0], scans[2]]).toEqual([scans[1], scans[3]]);
    }
    for (const n of acknowledged) committed.add(Number(n));
  }
  const last = await found(home);
  process.stdout.write(
    `killed, seed ${seed}: ${rounds} times, ${early} while opening, ${committed.size} commits\n`,
  );
  expect(last?.sent).toEqual(expect.arrayContaining([...committed]));
  expect(last?.torn).toBe(0);
  expect(committed.size).toBeGreaterThan(rounds);
  rmSync(home, { recursive: true });
}, 300_000);

test("two processes at one folder: the second is told, the first keeps what it wrote", async () => {
  const home = await pgliteFolder();
  const first = child(home, "write");
  await until(
    () => first.lines().length,
    (count) => count > 3,
    30_000,
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
}, 60_000);
