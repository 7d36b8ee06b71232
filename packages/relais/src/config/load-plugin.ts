import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { didYouMean, type Plugin, pluginContract, pluginFault, reason } from "@relais/core/spi";
import { developmentPlugins } from "../development/plugins.ts";
import { importFile, loadModule } from "./load-module.ts";
import type { ProviderFactory } from "./relais-config.ts";
import { vendorHint } from "./vendor-hints.ts";

/** A name that needs no package name. */
interface ShortName {
  /** What it stands for. */
  readonly package: string;
  /** Loads it where packages cannot be looked up, in a bundle; absent for a package that may not be installed. */
  readonly load?: () => Promise<{ readonly default?: unknown }>;
}

/** Names that need no package name. */
export const shortNames: Readonly<Record<string, ShortName>> = {
  smtp: { package: "@relais/smtp", load: () => import("@relais/smtp") },
  ses: { package: "@relais/ses", load: () => import("@relais/ses") },
  http: { package: "@relais/http" },
};

/** A plugin and the package or file it came from, or what is wrong. */
export type Loaded = { readonly plugin: Plugin; readonly from: string } | { readonly problem: string };

const isPath = (name: string): boolean => /^\.{0,2}\//.test(name) || isAbsolute(name);

/** Looked for beside the configuration first, so that an application's own version wins; then beside Relais. */
function locate(name: string, folder: string): string | undefined {
  // Not by Node.js, which remembers where a link led when it first looked.
  if (isPath(name) && extname(name) !== "" && existsSync(resolve(folder, name)))
    return realpathSync(resolve(folder, name));
  for (const from of [join(folder, "relais.config.js"), import.meta.url]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Not there.
    }
  }
  return undefined;
}

/** The vendor of the schema of a plugin that has none. */
export const anyOptions = "relais: any";

/** A plugin as it is, or made of a function that makes providers; or what is wrong. */
function asPlugin(value: unknown, name: string): Plugin | string {
  if (typeof value !== "function") return madeFault(value) ?? pluginFault(value) ?? (value as Plugin);
  const make = value as ProviderFactory;
  return {
    contract: pluginContract,
    name,
    // The function checks its own options.
    options: { "~standard": { version: 1, vendor: anyOptions, validate: (options) => ({ value: options }) } },
    create: (options, { id }) => make({ ...(options as object), ...(id !== undefined && { id }) }),
  };
}

/** Of a CommonJS module that was an ES module, Node.js gives all exports as the default one. */
function defaultOf({ default: value }: { readonly default?: unknown }): unknown {
  const { __esModule: isCompiled, default: inner } = (value ?? {}) as Record<string, unknown>;
  return isCompiled === true ? inner : value;
}

/** What is said of a provider and of an HttpApi: each chain, and each reload, makes a provider of its own. */
function madeFault(value: unknown): string | undefined {
  const { send, accepted, then } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof then === "function") return "its default export is a promise (await is missing)";
  if (typeof send === "function")
    return "its default export is a provider; export a function that makes it: export default (options) => …";
  if (typeof accepted === "function")
    return "its default export is an HttpApi; export default ({ id }) => http({ id, api })";
  return undefined;
}

/** The same of what stands at `use` itself, in code: it has no default export. */
function inCodeFault(use: object, fault: string): string {
  if (!["contract", "send", "accepted", "then"].some((name) => name in use))
    return "it is a module or an object with functions in it; give one of them";
  return fault
    .replace(/^its default export is/, "it is")
    .replace(/; export a function that makes it: .*$/, "; give a function that makes it: (options) => …")
    .replace("; export default", "; give")
    .replace("it has a default export that was not made", "it was not made")
    .replace("it has no default export made", "it was not made");
}

/** Loads the plugin that `use` names, or is. Never rejects. */
export async function loadPlugin(use: string | object, folder: string): Promise<Loaded> {
  if (typeof use !== "string") {
    const plugin = asPlugin(use, (use as { readonly name?: string }).name ?? "");
    return typeof plugin === "string"
      ? { problem: `is no plugin: ${inCodeFault(use, plugin)}` }
      : { plugin, from: plugin.name };
  }
  const builtIn = Object.hasOwn(developmentPlugins, use) ? developmentPlugins[use] : undefined;
  if (builtIn !== undefined) return { plugin: builtIn, from: use };
  const short = Object.hasOwn(shortNames, use) ? shortNames[use] : undefined;
  const name = short?.package ?? use;
  const hint = vendorHint(use);
  const shown = JSON.stringify(short === undefined ? use : name);
  const file = locate(name, folder);
  if (file === undefined && short?.load === undefined) {
    if (hint !== undefined) return { problem: hint };
    if (isPath(use)) return { problem: `there is no file ${JSON.stringify(use)} beside the configuration` };
    const isOurs = Object.values(shortNames).some((one) => one.package === use);
    if (short !== undefined || isOurs)
      return { problem: `${JSON.stringify(use)} is not installed: npm install ${name}` };
    const near = didYouMean(use, Object.keys({ ...shortNames, ...developmentPlugins }));
    return {
      problem: `${shown} cannot be found; ${near === undefined ? "is it installed?" : `did you mean ${near}?`}`,
    };
  }
  try {
    // One of the configuration's own may change, as the configuration does.
    const load = file === undefined ? short?.load : undefined;
    const module =
      load !== undefined
        ? await load()
        : isPath(name)
          ? await loadModule(file ?? "")
          : await importFile(pathToFileURL(file ?? "").href);
    const plugin = asPlugin(defaultOf(module), name);
    if (typeof plugin !== "string") return { plugin, from: name };
    return { problem: hint ?? `${shown} is no plugin: ${plugin}` };
  } catch (error) {
    // Jest's errors are of another realm, where `instanceof` finds nothing.
    const why = reason(String((error as Partial<Error> | null)?.message || error));
    return { problem: hint ?? `${shown} cannot be loaded: ${why}` };
  }
}
