import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failureKinds } from "@relais/core";
import { expect, test } from "vitest";
import { failureKindsPage } from "./repo/failure-kinds-page.ts";
import { root } from "./repo/root.ts";

const file = join(root, "docs/failure-kinds.md");

test("docs/failure-kinds.md matches the tables in the code; npm run api regenerates it", () => {
  const page = failureKindsPage();
  if (process.env.UPDATE_API !== undefined) writeFileSync(file, page);
  expect(readFileSync(file, "utf8")).toBe(page);
  for (const kind of failureKinds) expect(page).toContain(`| \`${kind}\` |`);
});
