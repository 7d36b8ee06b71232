import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "./root.ts";

export interface ExportTarget {
  readonly "@relais/source": string;
  readonly [condition: string]: string | Versions;
}
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
  readonly main?: string;
  readonly types?: string;
  readonly typesVersions?: unknown;
  readonly exports?: Readonly<Record<string, string | ExportTarget>>;
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

/** The source of each entry point of a package, by the name of what is built of it: `index`, `spi`. */
export function entriesOf({ exports = {} }: Manifest): Record<string, string> {
  const sources = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : target["@relais/source"],
  );
  return Object.fromEntries(sources.map((source) => [basename(source, ".ts"), source.replace("./", "")]));
}

/** What lies in `packages` or `examples`, sorted. */
export function workspaces(parent: "packages" | "examples"): Workspace[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, parent, entry.name, "package.json")))
    .map(({ name }) => ({ folder: `${parent}/${name}`, manifest: manifestAt(`${parent}/${name}`) }))
    .sort((a, b) => a.folder.localeCompare(b.folder, "en"));
}
