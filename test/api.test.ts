import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { apiReport, declareAll, doors } from "./repo/api-report.ts";
import { root } from "./repo/root.ts";
import { workspaces } from "./repo/workspace.ts";

const packages = workspaces("packages");
const all = packages.flatMap(doors);
const fileOf = (name: string): string => join(root, "test/api", `${name}.d.ts`);
const update = process.env.UPDATE_API === "1";

describe("the public surface", () => {
  beforeAll(async () => {
    expect(inject("buildErrors")).toBe("");
    await declareAll();
    mkdirSync(join(root, "test/api"), { recursive: true });
  });

  test("has a report for every entry point, and none for a removed one", () => {
    expect(all.map((one) => one.name)).toEqual(expect.arrayContaining(["core", "core-spi", "relais"]));
    if (update) return;
    const reports = readdirSync(join(root, "test/api")).sort();
    expect(reports).toEqual(all.map((one) => `${one.name}.d.ts`).sort());
  });

  test.each(all)("of $specifier matches its report in test/api", (door) => {
    const report = apiReport(door);
    expect(report.length).toBeGreaterThan(200);
    if (update) return writeFileSync(fileOf(door.name), report);
    const accepted = existsSync(fileOf(door.name)) ? readFileSync(fileOf(door.name), "utf8") : "";
    expect(report, "if the change is meant: npm run api").toBe(accepted);
  });
});
