import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";

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
  const options = readFileSync(new URL("../src/options/options.ts", import.meta.url), "utf8");
  const names = [...options.slice(options.indexOf("interface SmtpOptions")).matchAll(/readonly (\w+)\??:/g)];
  expect(names.length).toBeGreaterThan(15);
  for (const [, name] of names) expect(readme).toMatch(new RegExp(`\`${name}[\`:]`));
});
