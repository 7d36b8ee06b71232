import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { onlyIn } from "./layer-rules.ts";
import { root } from "./root.ts";
import { type Manifest, workspaces } from "./workspace.ts";

export interface Licensed {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

type Installed = Manifest & {
  readonly licenses?: unknown;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
};

/** Optional peers of @relais/testing: the test runner that an application has, and not what ours brings along. */
const runners = new Set(["expect", "vitest"]);

/** Every package that an installation of ours brings along, found as Node finds it, with its licence. */
export function productionLicences(): Licensed[] {
  const found = new Map<string, Licensed>();
  const visit = (folder: string): void => {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Installed;
    if (found.has(folder)) return;
    const licence =
      typeof manifest.license === "string" ? manifest.license : `(${JSON.stringify(manifest.licenses)})`;
    found.set(folder, { name: manifest.name, version: manifest.version ?? "", licence });
    const bundled = Object.keys({ ...manifest.devDependencies }).filter((name) => name in onlyIn);
    const wanted = { ...manifest.dependencies, ...manifest.peerDependencies };
    for (const name of [...bundled, ...Object.keys(wanted)]) {
      if (runners.has(name) && manifest.name === "@relais/testing") continue;
      const next = installed(folder, name);
      if (next === undefined && manifest.peerDependenciesMeta?.[name]?.optional) continue;
      if (next === undefined) throw new Error(`${manifest.name} needs ${name}, which is not installed`);
      visit(next);
    }
    for (const name of Object.keys({ ...manifest.optionalDependencies })) {
      const next = installed(folder, name);
      if (next !== undefined) visit(next);
    }
  };
  for (const { folder } of workspaces("packages")) visit(join(root, folder));
  return [...found.values()];
}

/** The folder of a dependency, looked for in node_modules from `folder` upwards. */
function installed(folder: string, name: string): string | undefined {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const candidate = join(at, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return realpathSync(candidate);
  }
  return undefined;
}
