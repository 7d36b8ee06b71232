import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sesOptions } from "../src/options.ts";
import { child } from "./child.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const fences = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? "");

test("the README has programs", () => {
  expect(fences).toHaveLength(3);
});

test.each(fences)("program %# of the README runs", async (program) => {
  const ended = await child(program);
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
  expect(ended.stdout).not.toBe("");
});

test("the README names every option", () => {
  const names = Object.keys(sesOptions.json?.properties ?? {});
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(readme).toMatch(new RegExp(`\`${name}[\`:]`));
});
