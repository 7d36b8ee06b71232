import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Rolldown, type UserConfig } from "tsdown";
import { root } from "./test/repo/root.ts";
import { entriesOf, workspaces } from "./test/repo/workspace.ts";

// What is published, from src to dist: see docs/decisions/0024-what-is-published.md.

/** A package in node_modules, from the path of one of its files. */
const packageFolder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** Whose code is in the bundle, and under which licence. */
const licences: Rolldown.Plugin = {
  name: "licences",
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((one) => (one.type === "chunk" ? one.moduleIds : []));
    const folders = new Set(modules.flatMap((id) => packageFolder.exec(id)?.[0] ?? []));
    const texts = [...folders].sort().map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
      if (file === undefined) throw new Error(`${name} has no licence that could be passed on`);
      return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
    });
    if (texts.length > 0)
      this.emitFile({ type: "asset", fileName: "THIRD-PARTY.txt", source: texts.join("\n\n") });
  },
};

/** `require("events")` in a bundled CommonJS package becomes an import: ES modules and their bundlers have no `require`. */
const builtinRequires: Rolldown.Plugin = {
  name: "builtin-requires",
  transform: {
    filter: { id: /\/node_modules\/.*\.js$/, code: /require\('events'\)/ },
    handler: (code) => ({
      code: `import * as events from "node:events"; ${code.replaceAll("require('events')", "events.default")}`,
      map: null,
    }),
  },
};

/**
 * What Jest and packages of our own expect of CommonJS: `import("zod")` is `require` (a computed import may name an ES
 * module, and stays), and the default export of another package of ours is its `default`, not all of it.
 */
const commonJs: Rolldown.Plugin = {
  name: "common-js",
  renderChunk: (code) => ({
    code: code
      .replace(/\bimport\((".+?")\)/g, "Promise.resolve().then(() => require($1))")
      .replace(/(__toESM\(_relais_\w+), 1\)/g, "$1)"),
    map: null,
  }),
};

/** The declarations that `tsc -b` has checked and written to `build`. */
const declarations = {
  emit: (_code: string, fileName: string) => ({
    code: readFileSync(
      fileName.replace(/\/src\/(?!.*\/src\/)/, "/build/").replace(/\.ts$/, ".d.ts"),
      "utf8",
    ).replace(/^\/\/# sourceMappingURL=.*$/m, ""),
  }),
};

const config = (
  folder: string,
  name: string,
  format: "esm" | "cjs",
  entry: Record<string, string>,
): UserConfig => ({
  name,
  cwd: join(root, folder),
  entry,
  format,
  platform: "node",
  target: "node22",
  fixedExtension: false,
  hash: false,
  clean: format === "esm",
  dts: { generator: declarations },
  sourcemap: true,
  plugins: [licences, builtinRequires, ...(format === "cjs" ? [commonJs] : [])],
  outputOptions: { sourcemapExcludeSources: true, exports: "named" },
  logLevel: "warn",
});

export default defineConfig(
  workspaces("packages").flatMap(({ folder, manifest }) => {
    const entry = entriesOf(manifest);
    const command = manifest.bin === undefined ? {} : { "cli/bin": "src/cli/bin.ts" };
    return [
      config(folder, manifest.name, "esm", { ...entry, ...command }),
      config(folder, manifest.name, "cjs", entry),
    ];
  }),
);
