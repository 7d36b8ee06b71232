import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { expect } from "vitest";
import { durableClient, initDatabase } from "../../src/database/pglite/durable.ts";
import { pgliteAt } from "../../src/database/pglite/pglite.ts";
import { found } from "./children.ts";
import { type Ledger, writeMail } from "./ledger-rows.ts";
import { PowerCutFs } from "./power-cut-fs.ts";
import { randomOf } from "./random.ts";

const seed = Number(process.env.RELAIS_CHAOS_SEED ?? Date.now() % 1_000_000);
const random = randomOf(seed);

/** A folder for what is cut from the power. */
export interface PowerCuts {
  /** The power goes in the middle of a write, so many times: what was committed is there. */
  cut(rounds: number): Promise<void>;
  /** The same without fsync ruins folders: the cuts are real. */
  withoutSync(): Promise<void>;
  remove(): void;
}

interface Round {
  readonly acknowledged: readonly number[];
  /** Blocks that the disk did not have. */
  readonly lost: number;
}

/** Writes mails into `home/data` until the power is cut, somewhere in a write; `copy` is what the disk then has. */
async function untilCut(
  home: string,
  copy: string,
  withSync: boolean,
  next: number,
  fate = random,
): Promise<Round> {
  const folder = join(home, "data");
  const fs = new PowerCutFs(folder, withSync);
  const client = withSync ? await durableClient(folder, fs) : await PGlite.create({ fs });
  const acknowledged: number[] = [];
  let cut: Round | undefined;
  fs.cutAfter(10 + Math.floor(random() * 400), () => {
    const lost = fs.diskTo(join(copy, "data"), fate);
    cut = { acknowledged: [...acknowledged], lost };
  });
  for (let n = next; cut === undefined; n += 1) {
    await client.transaction((tx) =>
      writeMail(
        { query: async (text, values) => (await tx.query(text, [...(values ?? [])])).rows as never[] },
        n,
      ),
    );
    acknowledged.push(n);
    if (random() < 0.02) await client.exec("checkpoint");
    if (random() < 0.01) await client.exec("vacuum (analyze)");
  }
  await client.close();
  return cut;
}

function fault(ledger: Ledger | undefined, committed: readonly number[]): string | undefined {
  if (ledger === undefined) return "does not open";
  const { sent, torn, scans } = ledger;
  const there = new Set(sent);
  const lost = committed.filter((n) => !there.has(n)).length;
  if (lost > 0) return `${lost} rows lost`;
  if (torn > 0) return `${torn} rows in part`;
  return scans[0] === scans[1] && scans[2] === scans[3] ? undefined : `scans differ: ${scans}`;
}

/** Begins with a first start that itself was cut from the power right after it. */
export async function powerCuts(): Promise<PowerCuts> {
  const root = mkdtempSync(join(tmpdir(), "relais-power-"));
  const seedHome = join(root, "seed");
  let fs: PowerCutFs | undefined;
  const made = join(root, "made");
  await initDatabase(made, (path) => {
    fs = new PowerCutFs(path, true);
    return fs;
  });
  const lostAtFirst = fs?.diskTo(join(seedHome, "data"), random, made) ?? Number.NaN;
  // Tables for the rounds.
  expect(await found(seedHome)).toMatchObject({ sent: [], torn: 0 });
  // Two thirds of its files are of databases that nobody opens, and each round copies and removes them all.
  const database = await pgliteAt(seedHome);
  await database.query("update pg_database set datistemplate = false");
  for (const name of ["template0", "template1"]) await database.query(`drop database ${name}`);
  await database.close();

  const cut = async (rounds: number): Promise<void> => {
    expect(existsSync(join(seedHome, "data/PG_VERSION"))).toBe(true);
    let home = join(root, "home");
    cpSync(seedHome, home, { recursive: true });
    const committed: number[] = [];
    let lost = 0;
    for (let round = 0; round < rounds; round += 1) {
      const copy = join(root, `copy-${round}`);
      const done = await untilCut(home, copy, true, (committed.at(-1) ?? 0) + 1_000);
      committed.push(...done.acknowledged);
      lost += done.lost;
      expect(fault(await found(copy), committed), `seed ${seed}, round ${round}`).toBeUndefined();
      rmSync(home, { recursive: true });
      home = copy;
    }
    process.stdout.write(
      `power cut, seed ${seed}: ${rounds} times, ${committed.length} commits kept, ${lost} blocks lost; ` +
        `${lostAtFirst} after the first start\n`,
    );
    expect(lost).toBeGreaterThan(rounds);
  };

  const withoutSync = async (): Promise<void> => {
    const faults: string[] = [];
    const home = join(root, "stock");
    const copy = join(root, "stock-copy");
    // In the first the disk happens to have everything: what ruins the others is what was lost.
    for (let round = 0; round < 5; round += 1) {
      for (const folder of [home, copy]) rmSync(folder, { recursive: true, force: true });
      cpSync(seedHome, home, { recursive: true });
      const fate = round === 0 ? () => 0 : random;
      const { acknowledged } = await untilCut(home, copy, false, 1_000_000, fate);
      faults.push(fault(await found(copy), acknowledged) ?? "none");
    }
    process.stdout.write(`power cut without fsync, seed ${seed}: ${faults.join(", ")}\n`);
    expect(faults[0]).toBe("none");
    expect(faults.filter((one) => one !== "none").length).toBeGreaterThan(0);
  };

  return { cut, withoutSync, remove: () => rmSync(root, { recursive: true }) };
}
