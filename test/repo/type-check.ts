import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";
import { tool } from "./run.ts";

/** What tsc, with the repository's settings, has against the TypeScript files of a folder; nothing if all is well. */
export async function typeErrors(folder: string): Promise<string> {
  const compilerOptions = {
    noEmit: true,
    emitDeclarationOnly: false,
    composite: false,
    declarationMap: false,
    isolatedDeclarations: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    typeRoots: [join(root, "node_modules/@types")],
    moduleDetection: "force",
    // Declarations of pg-boss, PGlite and postal-mime name types that are not there.
    skipLibCheck: true,
  };
  const config = { extends: join(root, "tsconfig.base.json"), compilerOptions, include: ["**/*.ts"] };
  writeFileSync(join(root, folder, "tsconfig.json"), JSON.stringify(config));
  const { code, said } = await tool("tsc", "-p", folder, "--pretty", "false");
  return code === 0 ? "" : said;
}
