import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { run, tool } from "./repo/run.ts";
import { emptied } from "./repo/scratch.ts";
import { tarball } from "./repo/tarball.ts";
import { type Manifest, workspaces } from "./repo/workspace.ts";

const packages = workspaces("packages");
const folder = emptied(".test-results/tarballs");

const fileOf = ({ name, version }: Manifest): string =>
  join(folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);

beforeAll(async () => {
  expect(inject("buildErrors")).toBe("");
  const pack = ["-r", "--filter", "./packages/*", "pack", "--pack-destination", folder];
  const { code, said } = await run("npm", ["exec", "--yes", "--", "pnpm@12.21.0", ...pack]);
  expect(code, said).toBe(0);
});

test("every package is packed", () => {
  expect(readdirSync(folder).length).toBe(packages.length);
  expect(packages.length).toBeGreaterThan(5);
});

describe.each(packages)("the tarball of $manifest.name", ({ manifest }) => {
  test("contains the build, its sources, a README and the licence, and nothing else", () => {
    const files = [...tarball(fileOf(manifest)).keys()];
    expect(files).toEqual(expect.arrayContaining(["package.json", "README.md", "LICENSE"]));
    const others = files.filter(
      (file) => !/^(dist|src)\/.+|^(package\.json|README\.md|LICENSE|relais\.schema\.json)$/.test(file),
    );
    expect(others).toEqual([]);
    const sources = files.filter((file) => file.startsWith("src/"));
    const built = files.filter((file) => file.startsWith("dist/"));
    expect(sources.length).toBeGreaterThan(0);
    const kinds = [".js", ".js.map", ".d.ts", ".d.ts.map"];
    const expected = sources.flatMap((file) =>
      kinds.map((kind) => file.replace(/^src\/(.*)\.ts$/, `dist/$1${kind}`)),
    );
    // tsc leaves what a source that was renamed or deleted once made.
    expect(
      built.sort(),
      "dist is stale: delete the package's dist and tsconfig.tsbuildinfo, and build again",
    ).toEqual(expected.sort());
  });

  test("depends on exact versions only", () => {
    const packed = JSON.parse(tarball(fileOf(manifest)).get("package.json") ?? "{}") as Manifest;
    expect(packed.version).toBe(manifest.version);
    const named = Object.entries({ ...packed.dependencies });
    expect(named.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    expect(Object.keys({ ...packed.dependencies })).toEqual(Object.keys({ ...manifest.dependencies }));
  });

  test("passes publint", async () => {
    const bytes = readFileSync(fileOf(manifest));
    const packed = new Uint8Array(bytes).buffer;
    const { messages, pkg } = await publint({ pack: { tarball: packed }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  test("passes attw: types resolve as imports do", async () => {
    const { code, said } = await tool(
      "attw",
      fileOf(manifest),
      "--profile",
      "esm-only",
      "--no-color",
      "--no-emoji",
    );
    expect(code, said).toBe(0);
    expect(said).toContain(manifest.name);
  });
});
