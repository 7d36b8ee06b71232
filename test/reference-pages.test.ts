import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faults } from "./bench/decisions/faults.ts";
import { type Comparison, page as decisionsPage } from "./bench/decisions/page.ts";
import { peers } from "./bench/peers/all.ts";
import { commandPage } from "./repo/command-page.ts";
import {
  configurationReference,
  describedJsonSchema,
  fieldsOf,
  parts,
} from "./repo/configuration-reference.ts";
import { root } from "./repo/root.ts";
import { worksWithPage } from "./repo/works-with.ts";

const file = join(root, "docs/configuration-reference.md");

test("docs/configuration-reference.md matches the doc comments; npm run api regenerates it", async () => {
  const page = await configurationReference();
  if (process.env.UPDATE_API !== undefined) writeFileSync(file, page);
  expect(readFileSync(file, "utf8")).toBe(page);
});

test("docs/command.md matches the help of the command", async () => {
  const page = await commandPage();
  const path = join(root, "docs/command.md");
  if (process.env.UPDATE_API !== undefined) writeFileSync(path, page);
  expect(readFileSync(path, "utf8")).toBe(page);
  for (const name of ["send", "check", "config", "explain", "conformance", "init", "preview"]) {
    expect(page).toContain(`## relais ${name}\n`);
  }
});

test("docs/works-with.md matches its rows; npm run works-with runs them and writes it", () => {
  const page = readFileSync(join(root, "docs/works-with.md"), "utf8");
  const date = /written on (\d{4}-\d\d-\d\d)\./.exec(page)?.[1] ?? "";
  expect(page).toBe(worksWithPage(date));
});

test("docs/decisions-compared.md matches the last run of npm run bench:decisions, which had every fault", () => {
  const run: Comparison = JSON.parse(readFileSync(join(root, "docs/decisions-compared.json"), "utf8"));
  const names = faults.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { id } of peers) expect(run.results[id]?.map(({ fault }) => fault)).toEqual(names);
  expect(run.results.relais?.filter(({ verdict }) => verdict !== "right")).toEqual([]);
  const page = decisionsPage(run, faults, peers);
  const path = join(root, "docs/decisions-compared.md");
  if (process.env.UPDATE_API !== undefined) writeFileSync(path, page);
  expect(readFileSync(path, "utf8")).toBe(page);
});

/** Every name of a property that a schema knows, at any depth. */
function names(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(key === "properties" ? Object.keys(value as object) : []),
    ...names(value),
  ]);
}

// Their fields are failure kinds, Node's own, or said in the text of the field they stand in.
const elsewhere =
  /^(retry|failover|again|next|health|transient|throttled|deferred|misconfigured|refused|rejected|unknown|skipped|file|api|ca|cert|key|passphrase|ciphers|minVersion|maxVersion|servername|rejectUnauthorized)$/;

test("it names every field that the JSON Schema knows, and each is explained", () => {
  const schema: unknown = JSON.parse(readFileSync(join(root, "packages/relais/relais.schema.json"), "utf8"));
  const told = new Set(parts.flatMap((part) => fieldsOf(part).map(({ name }) => name)));
  expect([...new Set(names(schema))].filter((name) => !told.has(name) && !elsewhere.test(name))).toEqual([]);
  const silent = parts.flatMap((part) =>
    fieldsOf(part)
      .filter(({ text }) => text === "")
      .map(({ name }) => `${part.title}: ${name}`),
  );
  expect(silent).toEqual([]);
});

/** Every field of a schema that says nothing of itself, at any depth. */
function undescribed(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(key === "properties"
      ? Object.entries(value as object).flatMap(([name, field]) => ("description" in field ? [] : [name]))
      : []),
    ...undescribed(value),
  ]);
}

test("the JSON Schema describes every field to an editor", async () => {
  const schema = await describedJsonSchema();
  // `use` once more says which plugin's options follow; a name in it is an API's.
  expect([...new Set(undescribed(schema))].filter((name) => !elsewhere.test(name) && name !== "use")).toEqual(
    [],
  );
  expect(JSON.stringify(schema)).toContain("How long a delivery may take in all, ms. Default: 60000.");
});

test.each([
  ["The file", "deadlineMs", "1 or more"],
  ["breaker", "windowMs", "whole, 12 or more"],
  ["breaker", "failureRate", "0.001 to 1"],
  ["smtp", "port", "whole, 1 to 65535"],
  ["smtp: pool", "maxConnections", "whole, 1 to 1000"],
  ["http, brevo", "maxConnections", "whole, 1 to 1000"],
])("the reference gives the bounds of %s: %s", async (part, field, bounds) => {
  const page = await configurationReference();
  const section = page.split("\n## ").find((one) => one.startsWith(`${part}\n`));
  expect(section).toMatch(new RegExp(`\\| \`${field}\` \\|.*\`number\`, ${bounds} \\|`));
});
