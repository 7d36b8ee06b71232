import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runHere } from "./run-here.ts";

const bin = join(import.meta.dirname, "../../src/cli/bin.ts");
const examples = join(import.meta.dirname, "../../../../examples/custom-provider");
const pigeons = join(import.meta.dirname, "../../../conformance/test/pigeon-harness.ts");
// Beside the sources, so that what is written there finds the packages.
const cwd = mkdtempSync(join(import.meta.dirname, ".harness-"));
afterAll(() => rmSync(cwd, { recursive: true }));

interface CommandResult {
  readonly rules: readonly { readonly rule: string; readonly ok: boolean; readonly reason?: string }[];
  readonly notCovered: readonly { readonly name: string; readonly reason?: string }[];
}

test("runs every rule on a provider that exports its harness", async () => {
  const result = await runHere(["conformance", "./harness.ts"], { cwd: examples });
  expect(result).toMatchObject({
    code: 0,
    out: expect.stringMatching(/(\d+) of \1 rules kept, \d+ not covered$/),
  });
  expect(result.out).toContain("not covered: ");
  expect(result.out).toContain("(the API takes a message for all or for nobody)");
}, 60_000);

test("in a chain, and as JSON", async () => {
  const args = ["conformance", "./harness.ts", "--in-a-chain", "--json"];
  const result = await runHere(args, { cwd: examples });
  expect(result.code).toBe(0);
  const { rules, notCovered } = JSON.parse(result.out) as CommandResult;
  expect(rules.length).toBeGreaterThan(20);
  expect(rules.every(({ ok }) => ok)).toBe(true);
  expect(notCovered).toContainEqual({
    name: expect.any(String),
    reason: expect.stringContaining("for nobody"),
  });
}, 60_000);

test("a provider with one flaw fails by the rule for it, with the reason, in a process of its own", () => {
  writeFileSync(
    join(cwd, "flawed.ts"),
    `import { pigeonHarness } from ${JSON.stringify(pigeons)};
     export const harness = pigeonHarness("bears another id");`,
  );
  const args = ["--conditions=@relais/source", bin, "conformance", "./flawed.ts", "--json"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  const broken = (JSON.parse(stdout) as CommandResult).rules.filter(({ ok }) => !ok);
  expect(broken).toEqual([
    { rule: expect.stringContaining("its own id"), ok: false, reason: expect.stringMatching(/\S/) },
  ]);
}, 60_000);

test("words for people say which rule is broken, and why", async () => {
  writeFileSync(
    join(cwd, "wordy.ts"),
    `import { pigeonHarness } from ${JSON.stringify(pigeons)};
     export const harness = pigeonHarness("takes refused for transient");`,
  );
  const result = await runHere(["conformance", "./wordy.ts"], { cwd });
  expect(result.code).toBe(1);
  expect(result.out).toMatch(/^FAIL {2}says refused .*\n {6}\S/m);
  expect(result.out).toMatch(/^(?!(\d+) of \1 )\d+ of \d+ rules kept, 0 not covered$/m);
}, 60_000);

test("a harness apart from the package is named by --harness", async () => {
  const apart = ["conformance", "./pigeon.ts", "--harness", "./harness.ts", "--json"];
  const result = await runHere(apart, { cwd: examples });
  expect(result.code).toBe(0);
  expect((JSON.parse(result.out) as CommandResult).rules.length).toBeGreaterThan(20);
}, 60_000);

writeFileSync(join(cwd, "half.ts"), "export const harness = { make() {} };");
writeFileSync(
  join(cwd, "torn.ts"),
  `export const harness = { make() {}, provoke: { stall() {} }, cannot: { stall: "it never does" } };`,
);
test.each([
  ["./none.ts", [], "./none.ts cannot be loaded: "],
  ["@relais/pigeon", [], "@relais/pigeon cannot be found from "],
  ["@relais/pigeon", ["--harness", "./harness.ts"], "@relais/pigeon cannot be found from "],
  ["./pigeon.ts", [], "./pigeon.ts must export harness: "],
  ["./pigeon.ts", ["--harness", "./pigeon.ts"], "/pigeon.ts must export harness: "],
  [join(cwd, "half.ts"), [], "must export harness: "],
  [join(cwd, "torn.ts"), [], "has no sound harness: rules: stall stands in provoke and in cannot."],
])("%s %j is refused with a sentence", async (name, more, sentence) => {
  const result = await runHere(["conformance", name, ...more, "--json"], { cwd: examples });
  expect(result).toMatchObject({ code: 2, err: "" });
  expect(JSON.parse(result.out)).toEqual({
    error: { code: 2, problems: [expect.stringContaining(sentence)] },
  });
});
