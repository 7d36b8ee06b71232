import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { until } from "../scripted.ts";
import { child, found } from "./children.ts";
import { randomOf } from "./random.ts";

const seed = Number(process.env.RELAIS_CHAOS_SEED ?? Date.now() % 1_000_000);

/** Killed so many times at any moment: what was committed is there, and it opens again. */
export async function kills(rounds: number): Promise<void> {
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
      // What is looked at in the end must have been written: every other one has time for more than a few commits.
      const least = round % 2 === 0 ? rounds + 1 : 0;
      await until(
        () => writer.lines().length,
        (count) => count > least || writer.process.exitCode !== null,
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
}
