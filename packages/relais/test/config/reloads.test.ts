import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadChain } from "../../src/config/load-chain.ts";

const folder = mkdtempSync(join(tmpdir(), "relais-reloads-"));
afterAll(() => rmSync(folder, { recursive: true }));

// A provider whose options take as long to check as they say, as one that asks somewhere does.
writeFileSync(
  join(folder, "slow.mjs"),
  `export default {
  contract: 1,
  name: "slow",
  options: { "~standard": { version: 1, vendor: "slow", validate: async (value) => {
    await new Promise((resolve) => setTimeout(resolve, value.ms));
    return { value };
  } } },
  create: () => ({ id: "SLOW", send: async () => ({ success: false, provider: "SLOW", kind: "refused", reason: "no" }) }),
};`,
);
const file = join(folder, "relais.config.json");
const write = (version: number, ms: number): void =>
  writeFileSync(file, JSON.stringify({ chain: [{ use: "./slow.mjs", options: { version, ms } }] }));

test("reloads take turns: what was written last is in force, however long each takes", async () => {
  write(1, 0);
  const chain = await loadChain({ file });
  const version = () => (chain.effective() as { chain: [{ options: object }] }).chain[0].options;
  for (const times of [
    [300, 0],
    [0, 300],
    [150, 100, 50, 0],
  ]) {
    const reloads: Promise<void>[] = [];
    for (const [i, ms] of times.entries()) {
      write(i + 2, ms);
      reloads.push(chain.reload());
      await new Promise((resolve) => setTimeout(resolve, 20)); // the file has been read, and is still being checked
    }
    await Promise.all(reloads);
    expect(version()).toMatchObject({ version: times.length + 1 });
  }
  await chain.close();
});

test("one that is wrong is told to whoever asked for it, and the next goes on", async () => {
  write(1, 0);
  const chain = await loadChain({ file });
  writeFileSync(file, "{");
  const wrong = chain.reload();
  const right = wrong.catch(() => write(3, 0)).then(() => chain.reload());
  await expect(wrong).rejects.toThrow("cannot be read: line 1, column 2: it is not JSON.");
  await right;
  expect(chain.effective()).toMatchObject({ chain: [{ options: { version: 3 } }] });
  await chain.close();
});
