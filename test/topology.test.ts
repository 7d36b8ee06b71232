import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "@relais/core/spi";
import { describe, expect, test } from "vitest";
import { root } from "./repo/root.ts";
import { manifestAt, workspaces } from "./repo/workspace.ts";

const packages = workspaces("packages");
const examples = workspaces("examples");
const rootManifest = { folder: ".", manifest: manifestAt(".") };

const doorsOf: Readonly<Record<string, readonly string[]>> = {
  "@relais/core": [".", "./spi"],
  "@relais/mime": ["."],
  "@relais/smtp": [".", "./replies"],
  "@relais/http-client": ["."],
  "@relais/ses": ["."],
  "@relais/conformance": ["."],
  "@relais/feedback": ["."],
  "@relais/http": ["."],
  "@relais/nodemailer": ["."],
  "@relais/opentelemetry": ["."],
  "@relais/outbox": ["."],
  "@relais/pino": ["."],
  "@relais/testing": [".", "./jest", "./vitest"],
  "@relais/prometheus": [".", "./operations/*"],
  relais: [".", "./relais.schema.json"],
};

/** Entry points that are imported for what they do. */
const effectsOf: Readonly<Record<string, readonly string[]>> = {
  "@relais/testing": ["./dist/jest.js", "./dist/jest.cjs", "./dist/vitest.js", "./dist/vitest.cjs"],
};

/** What a package ships besides its code. */
const dataOf: Readonly<Record<string, readonly string[]>> = {
  relais: ["relais.schema.json"],
  "@relais/prometheus": ["operations"],
};

test("these are the packages, each in the folder of its name", () => {
  expect(packages.map((one) => one.manifest.name).sort()).toEqual(Object.keys(doorsOf).sort());
  for (const { folder, manifest } of packages)
    expect(folder).toBe(`packages/${manifest.name.replace("@relais/", "")}`);
});

test("all packages have one version, which core tells", () => {
  expect(new Set(packages.map((one) => one.manifest.version))).toEqual(new Set([version]));
});

test("each package has its own README", () => {
  const without = packages.filter(({ folder }) => !readdirSync(join(root, folder)).includes("README.md"));
  expect(without.map((one) => one.folder)).toEqual([]);
});

describe.each(packages)("$manifest.name", ({ folder, manifest }) => {
  test("has a description, a licence and a repository", () => {
    expect(manifest).toMatchObject({
      license: "MIT",
      type: "module",
      sideEffects: effectsOf[manifest.name] ?? false,
      engines: { node: expect.stringMatching(/^>=22/) },
      repository: { type: "git", directory: folder, url: expect.stringMatching(/^git\+https:/) },
      description: expect.stringMatching(/.{20}/),
    });
    expect(manifest.private).toBeUndefined();
    expect(manifest.scripts, "nothing runs when it is installed").toBeUndefined();
  });

  test("ships dist, and the src of its source maps and source condition", () => {
    expect([...(manifest.files ?? [])].sort()).toEqual(
      ["README.md", "dist", "src", ...(dataOf[manifest.name] ?? [])].sort(),
    );
  });

  test("leads resolvers that read no exports to the same files", () => {
    const others = doorsOf[manifest.name]?.filter((path) => path !== "." && !/\.json$|\*$/.test(path)) ?? [];
    const typed = others.map((path) => [path.slice(2), [`./dist/${path.slice(2)}.d.cts`]]);
    expect(manifest.main).toBe("./dist/index.cjs");
    expect(manifest.types).toBe("./dist/index.d.cts");
    expect(manifest.typesVersions).toEqual(
      typed.length === 0 ? undefined : { "*": Object.fromEntries(typed) },
    );
  });

  test("exports its entry points and no other file", () => {
    const { "./package.json": own, ...exports } = manifest.exports ?? {};
    expect(own).toBe("./package.json");
    expect(Object.keys(exports)).toEqual(doorsOf[manifest.name]);
    for (const [path, target] of Object.entries(exports)) {
      if (/\.json$|\/\*$/.test(path)) {
        expect(target).toBe(path);
        continue;
      }
      const file = path === "." ? "index" : path.slice(2);
      // In order: a resolver takes the first condition it knows.
      const module = { types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` };
      expect(Object.entries(target)).toEqual([
        ["@relais/source", `./src/${file}.ts`],
        ["import", module],
        ["module-sync", module],
        ["require", { types: `./dist/${file}.d.cts`, default: `./dist/${file}.cjs` }],
      ]);
    }
  });
});

test("every dependency has one exact version, or is in this workspace", () => {
  const exact = /^(workspace:\*|catalog:|\d+\.\d+\.\d+(-[\w.]+)?)$/;
  const named = [rootManifest, ...packages, ...examples].flatMap(({ folder, manifest }) =>
    Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    }).map(([name, version]) => ({ where: `${folder}: ${name}`, name, version })),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((one) => !exact.test(one.version))).toEqual([]);
  const own = named.filter((one) => one.name.startsWith("@relais/") || one.name === "relais");
  expect(own.filter((one) => one.version !== "workspace:*")).toEqual([]);
});

test("the catalog's versions are exact", () => {
  const text = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8");
  const catalog = /^catalog:\n((?: {2}.*\n)+)/m.exec(text)?.[1] ?? "";
  const lines = catalog.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => !/^ {2}\S+: \d+\.\d+\.\d+(-[\w.]+)?$/.test(line))).toEqual([]);
});

test("no manifest names a package manager, which breaks frozen installs", () => {
  for (const { manifest } of [rootManifest, ...packages, ...examples]) {
    expect(manifest).not.toHaveProperty("packageManager");
    expect(manifest).not.toHaveProperty("devEngines.packageManager");
  }
});
