import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { productionLicences } from "./repo/licences.ts";
import { root } from "./repo/root.ts";
import { run, tool } from "./repo/run.ts";

const allowed = [
  "MIT",
  "MIT-0",
  "(MIT OR CC0-1.0)",
  "(MIT OR EUPL-1.1+)",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0",
];

/** What git has or would take. */
async function files(): Promise<string[]> {
  const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
  return stdout.split("\0").filter((file) => file !== "" && existsSync(join(root, file)));
}

describe.concurrent("the repository", () => {
  test("passes biome", async () => {
    const { code, said } = await tool("biome", "check", "--error-on-warnings", ".");
    expect(said).toMatch(/Checked \d{2,} files/);
    expect(code, said).toBe(0);
  });

  test("has no unused file, export or dependency (knip)", async () => {
    const { code, said } = await tool("knip", "--no-progress");
    expect(code, said).toBe(0);
  });

  test("contains no secret (secretlint)", async () => {
    const all = await files();
    expect(all.length).toBeGreaterThan(100);
    const { code, said } = await tool("secretlint", "--no-glob", "--no-color", ...all);
    expect(code, said).toBe(0);
  });

  test("depends, in production, only on freely licensed packages", () => {
    const found = productionLicences();
    expect(found.map((one) => one.name)).toEqual(
      expect.arrayContaining(["opossum", "nodemailer", "@smithy/core"]),
    );
    expect(found.filter((one) => !allowed.includes(one.licence))).toEqual([]);
  });
});

describe("pages that must stay short", () => {
  test.each([
    ["AGENTS.md", 60],
    ["ARCHITECTURE.md", 80],
  ])("%s has at most %i lines", (file, most) => {
    const lines = readFileSync(join(root, file), "utf8").trimEnd().split("\n").length;
    expect(lines).toBeLessThanOrEqual(most);
  });
});

describe("the walks of ARCHITECTURE.md", () => {
  const page = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const walk = (heading: string): string[] => {
    const [, rest = ""] = page.split(`## ${heading}\n`);
    return [...(rest.split("\n## ")[0] ?? "").matchAll(/`([a-z/-]+)`/g)].map(([, file = ""]) => file);
  };

  test.each([
    ["From chain.send to the socket and back", ["core", "smtp", "mime"], 25],
    ["From enqueue to delivery_trace", ["outbox"], 15],
  ] as const)("%s: files that there are, and few", (heading, packages, most) => {
    const files = walk(heading).filter((file) => file !== "delivery_trace" && file !== "delivery_");
    expect(files.length).toBeGreaterThan(10);
    expect(files.length).toBeLessThanOrEqual(most);
    const places = (file: string) => packages.map((name) => `packages/${name}/src/${file}.ts`);
    expect(files.filter((file) => !places(file).some((path) => existsSync(join(root, path))))).toEqual([]);
  });
});
