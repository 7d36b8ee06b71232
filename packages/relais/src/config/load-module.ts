import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import * as nodeModule from "node:module";
import { sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A module that was loaded, and the files of its own that it imported: not packages. */
interface Graph {
  readonly version: number;
  /** Paths, and what was in them. */
  readonly files: Map<string, string>;
}

// Paths are absolute here, and the cache is the same wherever it is asked from: in a bundle nothing else is known.
const require = nodeModule.createRequire(process.execPath);
const { cache } = require;
const packages = `${sep}node_modules${sep}`;
/** The last that could be loaded, and its address, by the path of its first module. */
const latest = new Map<string, { readonly graph: Graph; readonly url: string }>();
/** Which one a module belongs to, by the address that it was loaded by. */
const graphOf = new Map<string, Graph>();
let versions = 0;
let isHooked = false;

function contentOf(path: string): string {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("base64");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unreadable";
  }
}

/** The version in an address makes a new module of the same file. */
function addressIn(graph: Graph, path: string, url: string = pathToFileURL(path).href): string {
  const address = new URL(url);
  address.searchParams.set("v", String(graph.version));
  graphOf.set(address.href, graph);
  if (!graph.files.has(path)) graph.files.set(path, contentOf(path));
  return address.href;
}

/** Node.js remembers where a link led when it first looked, so it is not used: a ConfigMap that was swapped is seen. */
function ownPath(specifier: string, parent: string): string | undefined {
  if (!/^(?:\.{0,2}\/|file:)/.test(specifier)) return undefined;
  try {
    const path = realpathSync(fileURLToPath(new URL(specifier, parent)));
    return path.includes(packages) ? undefined : path;
  } catch {
    return undefined; // A name without its extension, say: left to the other loaders.
  }
}

/** Node.js keeps modules as long as it lives. What our modules import gets their version, and so is new with them. */
function hook(): void {
  if (isHooked) return;
  isHooked = true;
  const hooks: nodeModule.RegisterHooksOptions = {
    resolve(specifier, context, nextResolve) {
      const parent = context.parentURL;
      const graph = parent === undefined ? undefined : graphOf.get(parent);
      if (parent === undefined || graph === undefined || !context.conditions.includes("import"))
        return nextResolve(specifier, context);
      const own = ownPath(specifier, parent);
      if (own !== undefined)
        return { url: addressIn(graph, own), importAttributes: context.importAttributes, shortCircuit: true };
      const found = nextResolve(specifier, context);
      if (!/^(?:[.#/]|file:)/.test(specifier) || !found.url.startsWith("file:")) return found;
      const path = fileURLToPath(found.url);
      return path.includes(packages) ? found : { ...found, url: addressIn(graph, path, found.url) };
    },
  };
  try {
    // Node.js has it from 22.15 on, and Jest refuses it. Without it only the first module is read again.
    nodeModule.registerHooks?.(hooks);
  } catch {
    // Jest.
  }
}

/** Modules of the old kind (CommonJS) are kept by their path, whatever is in their address. */
function required(graph: Graph): Set<string> {
  const all = new Set<string>();
  const add = (module: NodeJS.Module | undefined): void => {
    if (module === undefined || all.has(module.filename) || module.filename.includes(packages)) return;
    all.add(module.filename);
    module.children.forEach(add);
  };
  for (const path of graph.files.keys()) add(cache[path]);
  return all;
}

function requireAgain(graph: Graph): void {
  const direct = [...graph.files.keys()].filter((path) => cache[path] !== undefined);
  for (const path of required(graph)) delete cache[path];
  for (const path of direct) {
    try {
      // Left to the import, one that passes on what another exports is empty: Node.js takes the other for loaded.
      require(path);
    } catch {
      // The import says what is wrong, if it is still imported.
    }
  }
}

/** A module that is known by its address alone: bundlers leave it to Node.js. */
export async function importFile(url: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ url);
  } catch (error) {
    const { code } = (error ?? {}) as { readonly code?: unknown };
    if (!String(code).startsWith("ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING")) throw error;
    // Jest without ES modules: its own `require` loads, and transforms, what `import` would.
    const path = fileURLToPath(url);
    return { default: nodeModule.createRequire(path)(path) };
  }
}

/**
 * Loads a module, anew if its file or one of those that it imports has changed since. Modules that have not changed stay
 * as they are: Node.js gives nothing free that it has loaded.
 * @param path without links
 */
export async function loadModule(path: string): Promise<{ readonly default?: unknown }> {
  hook();
  const before = latest.get(path);
  if (before !== undefined) {
    if ([...before.graph.files].every(([file, content]) => contentOf(file) === content))
      return importFile(before.url);
    requireAgain(before.graph);
  }
  versions += 1;
  const graph: Graph = { version: versions, files: new Map() };
  const url = addressIn(graph, path);
  const module = await importFile(url);
  for (const file of required(graph)) graph.files.set(file, contentOf(file));
  latest.set(path, { graph, url });
  return module;
}
