import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { closest, type Plugin, pluginFault } from "@relais/core/spi";

/** Names that need no package name. */
export const shortNames: Readonly<Record<string, string>> = {
  smtp: "@relais/smtp",
  ses: "@relais/ses",
  http: "@relais/http",
};

/** A plugin and the package or file it came from, or what is wrong. */
export type Loaded = { readonly plugin: Plugin; readonly from: string } | { readonly problem: string };

/** Looked for beside the configuration first, so that an application's own version wins; then beside Relais. */
function locate(name: string, folder: string): string | undefined {
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
  const name = shortNames[use] ?? use;
  const file = locate(name, folder);
  if (file === undefined) {
    const near = closest(use, Object.keys(shortNames));
    const known = shortNames[use] ?? (Object.values(shortNames).includes(use) ? use : undefined);
    if (known !== undefined) {
      return { problem: `${JSON.stringify(use)} is not installed: npm install ${known}` };
    }
    const hint = near === undefined ? "is it installed?" : `did you mean ${near}?`;
    return { problem: `${JSON.stringify(use)} cannot be found; ${hint}` };
  }
  try {
    const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
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
