import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { tool } from "./repo/run.ts";
import { tarball } from "./repo/tarball.ts";
import { entriesOf, type Manifest, workspaces } from "./repo/workspace.ts";

const packages = workspaces("packages");
const folder = inject("tarballs");

const fileOf = ({ name, version }: Manifest): string =>
  join(folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);

/** `…/node_modules/opossum/lib/circuit.js` -> `opossum`. */
const packageOf = (source: string): string => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? "";

beforeAll(() => {
  expect(inject("buildErrors")).toBe("");
});

test("every package is packed", () => {
  expect(readdirSync(folder).length).toBe(packages.length);
  expect(packages.length).toBeGreaterThan(5);
});

describe.each(packages)("the tarball of $manifest.name", ({ manifest }) => {
  test("contains the build, its sources, a README and the licence, and nothing else", () => {
    const files = tarball(fileOf(manifest));
    const paths = [...files.keys()];
    expect(paths).toEqual(expect.arrayContaining(["package.json", "README.md", "LICENSE"]));
    const others = paths.filter(
      (file) =>
        !/^(dist|src|operations)\/.+|^(package\.json|README\.md|LICENSE|relais\.schema\.json)$/.test(file),
    );
    expect(others).toEqual([]);
    expect(paths.some((file) => file.startsWith("operations/"))).toBe(manifest.name === "@relais/prometheus");
    const sources = paths.filter((file) => file.startsWith("src/"));
    const built = paths.filter((file) => file.startsWith("dist/"));
    expect(sources.length).toBeGreaterThan(0);
    // Both kinds of module, with types and maps; and the licences of what is bundled, where anything is.
    const kinds = [".js", ".d.ts", ".cjs", ".d.cts"];
    const entries = Object.keys(entriesOf(manifest));
    expect(built).toEqual(
      expect.arrayContaining(entries.flatMap((entry) => kinds.map((kind) => `dist/${entry}${kind}`))),
    );
    const maps = built.filter((file) => /\.c?js\.map$/.test(file));
    expect(maps).toEqual(expect.arrayContaining(["dist/index.js.map", "dist/index.cjs.map"]));
    const mapped = maps.flatMap((map) => {
      const { sources } = JSON.parse(files.get(map) ?? "{}") as { sources: string[] };
      return sources.map((source) => posix.join(posix.dirname(map), source));
    });
    const bundled = mapped.filter((source) => source.includes("node_modules/"));
    expect(mapped.filter((source) => !files.has(source) && !bundled.includes(source))).toEqual([]);
    const licences = files.get("dist/THIRD-PARTY.txt")?.match(/^\S+(?= \d+\.\d+\.\d+$)/gm) ?? [];
    expect(licences).toEqual([...new Set(bundled.map(packageOf))].sort());
    expect(["@relais/core", "@relais/testing"].includes(manifest.name) ? licences : []).toEqual(licences);
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
    const { code, said } = await tool("attw", fileOf(manifest), "--no-color", "--no-emoji");
    expect(code, said).toBe(0);
    expect(said).toContain(manifest.name);
  });
});
