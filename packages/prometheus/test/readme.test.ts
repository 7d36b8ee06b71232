import { readFileSync, writeFileSync } from "node:fs";
import { catalogue } from "@relais/prometheus";
import { expect, test } from "vitest";
import { metricsTable } from "./metrics-table.ts";

const file = new URL("../README.md", import.meta.url);
const generated = /(<!-- metrics: [^\n]*-->\n)([\s\S]*?)(<!-- end of metrics -->)/;

test("the table of metrics is what the code says; npm run api writes it anew", () => {
  const table = `\n${metricsTable()}\n`;
  if (process.env.UPDATE_API !== undefined)
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(generated, (_, head, _old, foot) => head + table + foot),
    );
  expect(generated.exec(readFileSync(file, "utf8"))?.[2]).toBe(table);
  for (const { name } of Object.values(catalogue)) expect(table).toContain(`| \`relais_${name}\``);
});

test("the README names every option", () => {
  const readme = readFileSync(file, "utf8");
  for (const source of ["options", "targets/targets"]) {
    const text = readFileSync(new URL(`../src/${source}.ts`, import.meta.url), "utf8");
    for (const [, name] of text.matchAll(/^ {2}readonly (\w+)\??: [^;]*(?:undefined|Metrics\w+);/gm))
      expect(readme).toContain(`\`${name}\``);
  }
});
