import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";

export type ExportTarget = string | Readonly<Record<string, string>>;
type Versions = Readonly<Record<string, string>>;

export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly private?: boolean;
  readonly sideEffects?: boolean | readonly string[];
  readonly engines?: Versions;
  readonly repository?: { readonly type: string; readonly url: string; readonly directory: string };
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, ExportTarget>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly bin?: unknown;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly optionalDependencies?: Versions;
}

export interface Workspace {
  /** From the root: `packages/core`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export function manifestAt(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}

/** What lies in `packages` or `examples`, sorted. */
export function workspaces(parent: "packages" | "examples"): Workspace[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, parent, entry.name, "package.json")))
    .map(({ name }) => ({ folder: `${parent}/${name}`, manifest: manifestAt(`${parent}/${name}`) }))
    .sort((a, b) => a.folder.localeCompare(b.folder, "en"));
}
