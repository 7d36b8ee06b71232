import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandPage } from "./repo/command-page.ts";
import { configurationReference, fieldsOf, parts } from "./repo/configuration-reference.ts";
import { root } from "./repo/root.ts";

const file = join(root, "docs/configuration-reference.md");

test("docs/configuration-reference.md is what the doc comments say; npm run api writes it anew", () => {
  const page = configurationReference();
  if (process.env.UPDATE_API !== undefined) writeFileSync(file, page);
  expect(readFileSync(file, "utf8")).toBe(page);
});

test("docs/command.md is what the command's help says", async () => {
  const page = await commandPage();
  const path = join(root, "docs/command.md");
  if (process.env.UPDATE_API !== undefined) writeFileSync(path, page);
  expect(readFileSync(path, "utf8")).toBe(page);
  for (const name of ["send", "check", "config", "explain", "conformance", "init"]) {
    expect(page).toContain(`## relais ${name}\n`);
  }
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
  /^(again|next|health|transient|throttled|deferred|misconfigured|refused|rejected|unknown|skipped|file|api|ca|cert|key|passphrase|ciphers|minVersion|maxVersion|servername|rejectUnauthorized)$/;

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
