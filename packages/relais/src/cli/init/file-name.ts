import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Format } from "./initial-config.ts";

/** The `type` of the package that a folder belongs to, as node looks for it. */
function packageType(folder: string): unknown {
  for (let at = resolve(folder); basename(at) !== "node_modules"; at = dirname(at)) {
    try {
      return (JSON.parse(readFileSync(join(at, "package.json"), "utf8")) as { type?: unknown }).type;
    } catch {
      if (dirname(at) === at) return undefined;
    }
  }
  return undefined;
}

/** What a configuration of this format is called. Where modules are not the rule, its name says that it is one. */
export function fileNameOf(format: Format, folder: string): string {
  const code = format === "ts" || format === "js";
  return `relais.config.${code && packageType(folder) !== "module" ? "m" : ""}${format}`;
}
