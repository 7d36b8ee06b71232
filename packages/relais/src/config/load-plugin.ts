import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { didYouMean, type Plugin, pluginFault } from "@relais/core/spi";
import { developmentPlugins } from "../development/plugins.ts";
import { loadModule } from "./load-module.ts";

/** Names that need no package name. */
export const shortNames: Readonly<Record<string, string>> = {
  smtp: "@relais/smtp",
  ses: "@relais/ses",
  http: "@relais/http",
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

/** Loads the plugin that `use` names. Never rejects. */
export async function loadPlugin(use: string, folder: string): Promise<Loaded> {
  const builtIn = Object.hasOwn(developmentPlugins, use) ? developmentPlugins[use] : undefined;
  if (builtIn !== undefined) return { plugin: builtIn, from: use };
  const name = shortNames[use] ?? use;
  const file = locate(name, folder);
  if (file === undefined) {
    const near = didYouMean(use, Object.keys({ ...shortNames, ...developmentPlugins }));
    const known = shortNames[use] ?? (Object.values(shortNames).includes(use) ? use : undefined);
    if (known !== undefined) {
      return { problem: `${JSON.stringify(use)} is not installed: npm install ${known}` };
    }
    const hint = near === undefined ? "is it installed?" : `did you mean ${near}?`;
    return { problem: `${JSON.stringify(use)} cannot be found; ${hint}` };
  }
  try {
    // One of the configuration's own may change, as the configuration does.
    const module = isPath(name) ? await loadModule(file) : await import(pathToFileURL(file).href);
    const fault = pluginFault(module.default);
    return fault === undefined
      ? { plugin: module.default as Plugin, from: name }
      : { problem: `${JSON.stringify(name)} is no plugin: ${fault}` };
  } catch (error) {
    return {
      problem: `${JSON.stringify(name)} cannot be loaded: ${error instanceof Error ? error.name : "it failed"}`,
    };
  }
}
