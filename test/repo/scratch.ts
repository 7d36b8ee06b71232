import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { root } from "./root.ts";

/**
 * Empties a folder below .test-results/, which git ignores and from where the packages can be imported.
 * The only place of the tests that deletes, and it deletes nowhere else.
 * @throws {RangeError} for any other folder
 */
export function emptied(folder: string): string {
  const path = resolve(root, folder);
  if (!path.startsWith(join(root, ".test-results/")))
    throw new RangeError(`${folder} is not below .test-results`);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}

export function writeScratch(folder: string, files: Readonly<Record<string, string>>): void {
  const path = emptied(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
}

/** Lets the programs of a scratch folder import what a workspace declares, besides what the root does. */
export function lendDependencies(workspace: string, folder: string): void {
  const from = join(root, workspace, "node_modules");
  const to = join(root, folder, "node_modules");
  if (existsSync(from) && existsSync(dirname(to)) && !existsSync(to)) symlinkSync(from, to);
}
