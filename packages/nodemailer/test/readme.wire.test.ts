import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const fences = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? "");

test.for(fences.map((fence, i) => [i, fence] as const))(
  "program %s of the README runs and prints what it says",
  async ([, fence]) => {
    const flags = ["--conditions=@relais/source", "--input-type=module-typescript", "-e", fence];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: import.meta.dirname });
    const expected = [...fence.matchAll(/^\/\/ → (.*)$/gm)].map((match) => match[1]);
    expect(stdout.trim().split("\n")).toEqual(expected);
  },
);
