import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { basename, join } from "node:path";
import { root } from "../../repo/root.ts";
import { run } from "../../repo/run.ts";
import type { Library } from "./library.ts";

const here = import.meta.dirname;

/** The libraries under test: Relais, and every other file of the folder. */
export async function libraries(): Promise<Library[]> {
  const names = readdirSync(join(here, "libraries")).map((file) => basename(file, ".ts"));
  const all = await Promise.all(
    names.map(async (name) => ((await import(`./libraries/${name}.ts`)) as { library: Library }).library),
  );
  return all.sort((a, b) => Number(b.id === "relais") - Number(a.id === "relais") || (a.id < b.id ? -1 : 1));
}

/** What a process needs to run a library: its program, and the library's file. */
export interface Installed {
  readonly driver: string;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Installs what the libraries name into a project of its own, unless it is there, and puts the driver beside it. Nothing
 * in this repository depends on it.
 */
export async function install(all: readonly Library[]): Promise<Installed> {
  if (!existsSync(join(root, "packages/relais/dist/index.js")))
    throw new Error("the built packages are measured: npm run build");
  const manifest = JSON.stringify({
    name: "bench-peers",
    private: true,
    type: "module",
    dependencies: Object.assign({}, ...all.map((one) => one.packages)),
  });
  // Other packages, another folder: what is there is complete, or completed.
  const version = createHash("sha256").update(manifest).digest("hex").slice(0, 8);
  const folder = join(root, "node_modules/.cache/bench-peers", version);
  const relais = join(folder, "node_modules/relais");
  if (!existsSync(relais)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), manifest);
    const options = ["--legacy-peer-deps", "--no-audit", "--no-fund", "--ignore-scripts"];
    const { code, said } = await run("npm", ["install", ...options], { cwd: folder, timeoutMs: 300_000 });
    if (code !== 0) throw new Error(said);
    // As pnpm links it; what it depends on, it finds where it is.
    symlinkSync(join(root, "packages/relais"), relais);
  }
  const stripped = (from: string): string => {
    const path = join(folder, basename(from).replace(/ts$/, "js"));
    writeFileSync(path, stripTypeScriptTypes(readFileSync(join(here, from), "utf8")));
    return path;
  };
  const files = all.map(({ id }) => [id, stripped(`libraries/${id}.ts`)]);
  return { driver: stripped("driver.ts"), files: Object.fromEntries(files) };
}
