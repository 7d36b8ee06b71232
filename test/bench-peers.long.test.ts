import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { libraries } from "./bench/peers/install.ts";
import type { Results } from "./bench/peers/results.ts";
import { rows } from "./bench/peers/rows.ts";
import { isRegistryReachable } from "./repo/registry.ts";
import { run } from "./repo/run.ts";
import { emptied } from "./repo/scratch.ts";

const reachable = await isRegistryReachable();
if (!reachable) console.warn("bench:peers: the registry of npm cannot be reached; no peer was installed");
const all = await libraries();

describe.skipIf(!reachable)("npm run bench:peers -- --quick", () => {
  let to: string;
  let results: Results;
  const read = (file: string): string => readFileSync(join(to, file), "utf8");

  beforeAll(async () => {
    expect(inject("buildErrors")).toBe("");
    to = emptied(".test-results/bench-peers-test");
    const args = ["--conditions=@relais/source", "test/bench/peers/main.ts", "--quick", "--to", to];
    const { code, said } = await run(process.execPath, args, { timeoutMs: 400_000 });
    expect(code, said).toBe(0);
    results = JSON.parse(read("benchmarks/peers.json"));
  }, 420_000);

  test.each(rows.flatMap(({ id: row }) => all.map(({ id, cannot }) => ({ row, id, cannot: cannot?.[row] }))))(
    "$row by $id: figures of each round, or why not",
    ({ row, id, cannot }) => {
      const outcome = results.rows[row]?.[id];
      if (cannot !== undefined) return expect(outcome).toEqual({ cannot });
      if (outcome === undefined || !("rounds" in outcome)) throw new Error("there are no rounds");
      expect(outcome.rounds.length).toBeGreaterThan(0);
      for (const round of outcome.rounds) {
        for (const [key, value] of Object.entries(round)) expect(value, key).toBeGreaterThan(0);
        // These servers lose nothing, and with a primary that is down nothing is sent twice.
        expect(round).toMatchObject({ delivered: round.sent, arrived: round.sent });
      }
    },
  );

  test("with a silent primary each library waited for its time-out, and delivered to the backup", () => {
    const timeoutS = (rows.find(({ id }) => id === "silent")?.quick.timeoutMs ?? 0) / 1_000;
    for (const outcome of Object.values(results.rows.silent ?? {}))
      if ("rounds" in outcome)
        for (const { worstS } of outcome.rounds) expect(worstS).toBeGreaterThan(timeoutS * 0.9);
  });

  test("the page has every library, every row with its charts, and says that it was quick", () => {
    const page = read("benchmarks.md");
    expect(page).toContain("its figures mean nothing");
    for (const { name, setup } of all) expect(page).toContain(`- **${name}**: ${setup}`);
    for (const row of rows) expect(page).toContain(`## ${row.title}\n`);
    const charts = [...page.matchAll(/\]\((benchmarks\/[\w-]+\.svg)\)/g)].map(([, file = ""]) => file);
    expect(charts.length).toBe(rows.flatMap((row) => row.figures).length);
    for (const file of charts) expect(existsSync(join(to, file)), file).toBe(true);
  });
});
