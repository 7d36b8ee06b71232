import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

interface Line {
  readonly way?: string;
  readonly reasons?: readonly string[];
}

test("what a configuration imports is read again when it has changed, and only then", async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    "--conditions=@relais/source",
    join(import.meta.dirname, "imports-child.ts"),
  ]);
  expect(stderr).toBe("");
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const [one, two] = ["one.example.org", "two.example.org"];
  const plugin = lines.pop();
  expect(plugin).toEqual({
    reasons: [expect.stringContaining("first"), expect.stringContaining("second")],
  });
  expect(lines).toHaveLength(44);
  for (const line of lines)
    expect(line).toMatchObject({
      hosts: [one, one, two, two, one],
      unchanged: 1,
      wrong: "said",
      ofPackage: 1,
    });
}, 60_000);
