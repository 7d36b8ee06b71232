import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { doors } from "./repo/api-report.ts";
import { filesUnder } from "./repo/files-under.ts";
import { firstMissing } from "./repo/markdown.ts";
import { moduleSyntax } from "./repo/module-syntax.ts";
import { root } from "./repo/root.ts";
import { run } from "./repo/run.ts";
import { workspaces } from "./repo/workspace.ts";

// test/templates.long.test.ts installs and runs it.
const examples = workspaces("examples").filter(({ folder }) => folder !== "examples/templates");
/** They load for long: test/outbox-orms.long.test.ts runs them, with a database for each ORM. */
const isLong = (folder: string): boolean => folder === "examples/outbox-orms";
const published = workspaces("packages")
  .flatMap(doors)
  .map((one) => one.specifier);

test("there are examples, one of them behind npm start", () => {
  expect(examples.map((one) => one.folder)).toContain("examples/start");
  expect(examples.length).toBeGreaterThan(1);
});

describe.concurrent.each(examples)("$folder", ({ folder, manifest }) => {
  test("imports only published, declared packages and its own files", () => {
    const files = filesUnder(folder, ".ts");
    const imports = files.flatMap((file) => moduleSyntax(readFileSync(join(root, file), "utf8")).imports);
    const names = imports.map((one) => one.specifier).filter((one) => !one.startsWith("node:"));
    expect(imports.length).toBeGreaterThan(0);
    expect(names.filter((one) => one.startsWith("."))).not.toContainEqual(
      expect.stringContaining("packages/"),
    );
    const outside = names.filter((one) => !one.startsWith("."));
    const ours = outside.filter((one) => one === "relais" || /^(@relais|relais)\//.test(one));
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.filter((one) => !published.includes(one))).toEqual([]);
    const declared = Object.keys({ ...manifest.dependencies });
    const undeclared = outside.filter(
      (one) => !declared.some((name) => one === name || one.startsWith(`${name}/`)),
    );
    expect(undeclared).toEqual([]);
  });

  test.runIf(!isLong(folder))("runs on loopback, exits with 0 and prints the expected lines", async () => {
    const start = manifest.scripts?.start ?? "node --conditions=@relais/source main.ts";
    const [first, ...args] = start.split(" ");
    expect(first).toBe("node");
    // From source whatever the script says, and under the Node that runs the tests.
    const flags = ["--conditions=@relais/source", ...args];
    const { code, said, stdout } = await run(process.execPath, flags, {
      cwd: join(root, folder),
      timeoutMs: 60_000,
    });
    expect(code, said).toBe(0);
    expect(stdout.trim()).not.toBe("");
    const expected = join(root, folder, "expected.txt");
    if (!existsSync(expected)) return;
    const lines = readFileSync(expected, "utf8")
      .split("\n")
      .map((line) => line.trim());
    expect(
      firstMissing(stdout.split("\n"), lines.filter(Boolean)),
      `not in what it printed:\n${said}`,
    ).toBeUndefined();
  });
});
