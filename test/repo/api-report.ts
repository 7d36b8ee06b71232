import { readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { moduleSyntax } from "./module-syntax.ts";
import { root } from "./root.ts";
import { tool } from "./run.ts";
import { emptied } from "./scratch.ts";
import type { Workspace } from "./workspace.ts";

export interface Door {
  /** `core-spi` */
  readonly name: string;
  /** What an import says: `@relais/core/spi`. */
  readonly specifier: string;
  /** Its source, from the package's src: `spi.ts`. */
  readonly source: string;
  readonly folder: string;
}

/** The doors that a package's `exports` open, package.json aside. */
export function doors({ folder, manifest }: Workspace): Door[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([path, target]) => {
    if (typeof target === "string") return [];
    const specifier = posix.join(manifest.name, path);
    const source = target["@relais/source"].replace("./src/", "");
    return [{ name: specifier.replace("@relais/", "").replaceAll("/", "-"), specifier, source, folder }];
  });
}

const out = ".test-results/declarations";

/**
 * Writes the declarations of all packages anew, without comments; the compiler itself takes those out. The
 * build has checked the types: once more for each package would take long.
 */
export async function declareAll(): Promise<void> {
  emptied(out);
  const compilerOptions = {
    ...{ noCheck: true, emitDeclarationOnly: true, removeComments: true },
    ...{
      composite: false,
      incremental: false,
      declarationMap: false,
      declaration: true,
      isolatedDeclarations: false,
    },
    ...{ rootDir: root, outDir: join(root, out), typeRoots: [join(root, "node_modules/@types")] },
  };
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions,
    include: [join(root, "packages/*/src")],
  };
  writeFileSync(join(root, out, "tsconfig.json"), JSON.stringify(config));
  const { code, said } = await tool("tsc", "-p", out);
  if (code !== 0) throw new Error(said);
}

/** A door's whole surface: its own declarations, then those of each file it reaches in its package. */
export function apiReport({ specifier, source, folder }: Door): string {
  const read = (file: string): string =>
    readFileSync(join(root, out, folder, "src", file.replace(/\.ts$/, ".d.ts")), "utf8");
  const files = new Set([source]);
  for (const file of files) {
    for (const { specifier: next } of moduleSyntax(read(file)).imports)
      if (next.startsWith(".")) files.add(posix.join(posix.dirname(file), next));
  }
  const [first = "", ...others] = files;
  const parts = [first, ...others.sort()].map((file) => `// ${file}\n${read(file).trim()}\n`);
  return `// What ${specifier} opens. Written by \`npm run api\`.\n\n${parts.join("\n")}`;
}
