import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./repo/root.ts";
import { run } from "./repo/run.ts";
import { writeScratch } from "./repo/scratch.ts";

const folder = ".test-results/summary";
const well = { success: true, numPassedTests: 12, numFailedTests: 0, testResults: [] };
const unloaded = { status: "failed", assertionResults: [] };
writeScratch(folder, {
  "well.json": JSON.stringify(well),
  "long.json": JSON.stringify({ ...well, numPassedTests: 3 }),
  "bad.json": JSON.stringify({ ...well, success: false, numFailedTests: 2 }),
  "unloaded.json": JSON.stringify({ ...well, success: false, testResults: [unloaded] }),
  "stray.json": JSON.stringify({ ...well, success: false }),
  "empty.json": JSON.stringify({ ...well, numPassedTests: 0 }),
  "cut.json": '{"success": tr',
});

// The last line of .ci/run, and whether it is red.
test.each([
  ["well 0", "12 passed, 0 failed"],
  ["well 0 long 0", "15 passed, 0 failed"],
  ["bad 1 long 0", "15 passed, 2 failed"],
  ["well 0 bad 1", "24 passed, 2 failed"],
  ["well 0 unloaded 1", "24 passed, 1 failed"],
  ["well 0 stray 1", "24 passed, 1 failed"],
  ["well 124 long 0", "15 passed, 1 failed"],
  ["well 0 long 124", "15 passed, 1 failed"],
  ["well 0 empty 0", "12 passed, 1 failed"],
  ["well 0 missing 1", "12 passed, 1 failed"],
  ["cut 0 long 0", "3 passed, 1 failed"],
  ["", "0 passed, 1 failed"],
])("reports %j: %s", async (given, said) => {
  const args = given
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => (/^\d+$/.test(word) ? word : join(root, folder, `${word}.json`)));
  const { stdout, code } = await run(process.execPath, [join(root, ".ci/summary.mjs"), ...args]);
  expect(stdout.trim().split("\n").at(-1)).toBe(said);
  expect(code).toBe(said.endsWith(" 0 failed") ? 0 : 1);
});
