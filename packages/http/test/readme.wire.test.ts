import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { child } from "./child.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const fences = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? "");

test("the README has programs", () => {
  expect(fences).toHaveLength(4);
});

test.each(fences)("program %# of the README runs, and prints what it says", async (program) => {
  const ended = await child(program);
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
  const promised = [...program.matchAll(/^\/\/ → (.*)$/gm)].map((match) => match[1]);
  expect(ended.stdout.trim().split("\n")).toEqual(promised);
});

test("the README names every option", () => {
  for (const file of ["api/options", "vendors/postmark", "vendors/mailgun"]) {
    const text = readFileSync(new URL(`../src/${file}.ts`, import.meta.url), "utf8");
    for (const [, name] of text.matchAll(/readonly (\w+)\?: [^;]*undefined;/g))
      expect(readme).toContain(`\`${name}\``);
  }
});
