import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { firstMissing } from "./repo/markdown.ts";
import { root } from "./repo/root.ts";
import { run } from "./repo/run.ts";
import { emptied } from "./repo/scratch.ts";
import { typeErrors } from "./repo/type-check.ts";
import { manifestAt } from "./repo/workspace.ts";

const folder = "examples/templates";

test("examples/templates runs with the template engines that its manifest names", async () => {
  const project = emptied(".test-results/templates");
  cpSync(join(root, folder), project, { recursive: true });
  // Our own packages are found above the folder.
  const engines = Object.entries({
    ...manifestAt(folder).dependencies,
    ...manifestAt(folder).devDependencies,
  }).filter(([, version]) => !version.startsWith("workspace:"));
  const manifest = {
    name: "somebody-elses",
    private: true,
    type: "module",
    dependencies: Object.fromEntries(engines),
  };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  const flags = ["install", "--ignore-scripts", "--no-audit", "--no-fund"];
  const installed = await run("npm", flags, { cwd: project, timeoutMs: 200_000 });
  expect(installed.code, installed.said).toBe(0);
  expect(await typeErrors(".test-results/templates")).toBe("");
  const { code, said, stdout } = await run(process.execPath, ["--conditions=@relais/source", "main.ts"], {
    cwd: project,
    timeoutMs: 60_000,
  });
  expect(code, said).toBe(0);
  const expected = readFileSync(join(root, folder, "expected.txt"), "utf8")
    .split("\n")
    .filter(Boolean);
  expect(firstMissing(stdout.split("\n"), expected), said).toBeUndefined();
}, 300_000);
