import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";
import { tool } from "./run.ts";

/** Writes files into a folder that git ignores, from where the packages can be imported. */
export function writeScratch(folder: string, files: Readonly<Record<string, string>>): void {
  if (!/^\.test-results\/[\w-]+$/.test(folder)) throw new Error(`${folder} is no scratch folder`);
  rmSync(join(root, folder), { recursive: true, force: true });
  mkdirSync(join(root, folder), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, folder, name), text);
}

/** What tsc, with the repository's settings, has against the TypeScript files of a folder; nothing if all is well. */
export async function typeErrors(folder: string): Promise<string> {
  const compilerOptions = {
    noEmit: true,
    composite: false,
    declarationMap: false,
    isolatedDeclarations: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    typeRoots: [join(root, "node_modules/@types")],
    moduleDetection: "force",
  };
  const config = { extends: join(root, "tsconfig.base.json"), compilerOptions, include: ["*.ts"] };
  writeFileSync(join(root, folder, "tsconfig.json"), JSON.stringify(config));
  const { code, said } = await tool("tsc", "-p", folder, "--pretty", "false");
  return code === 0 ? "" : said;
}
