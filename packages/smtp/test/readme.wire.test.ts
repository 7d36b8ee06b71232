import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { smtpOptions } from "../src/options/options.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const fences = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? "");

test.for(fences.map((fence, i) => [i, fence] as const))(
  "program %s of the README runs",
  async ([, fence]) => {
    const flags = ["--conditions=@relais/source", "--input-type=module-typescript", "-e", fence];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, flags, {
      cwd: import.meta.dirname,
    });
    expect(stderr).toBe("");
    expect(stdout).not.toMatch(/undefined/);
  },
);

test("the README names every option", () => {
  const names = Object.keys(smtpOptions.json?.properties ?? {});
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(readme).toMatch(new RegExp(`\`${name}[\`:]`));
});
