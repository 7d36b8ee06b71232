import { readFileSync } from "node:fs";
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

/** Writes a package's declarations anew, without comments; the compiler itself takes those out. */
export async function declare(folder: string): Promise<void> {
  const outDir = `${out}/${folder}`;
  emptied(outDir);
  const where = ["--outDir", outDir, "--tsBuildInfoFile", `${outDir}/tsbuildinfo`];
  const how = ["--emitDeclarationOnly", "--removeComments", "--declarationMap", "false"];
  const { code, said } = await tool("tsc", "-p", folder, ...how, ...where);
  if (code !== 0) throw new Error(said);
}

/** A door's whole surface: its own declarations, then those of each file it reaches in its package. */
export function apiReport({ specifier, source, folder }: Door): string {
  const read = (file: string): string =>
    readFileSync(join(root, out, folder, file.replace(/\.ts$/, ".d.ts")), "utf8");
  const files = new Set([source]);
  for (const file of files) {
    for (const { specifier: next } of moduleSyntax(read(file)).imports)
      if (next.startsWith(".")) files.add(posix.join(posix.dirname(file), next));
  }
  const [first = "", ...others] = files;
  const parts = [first, ...others.sort()].map((file) => `// ${file}\n${read(file).trim()}\n`);
  return `// What ${specifier} opens. Written by \`npm run api\`.\n\n${parts.join("\n")}`;
}
