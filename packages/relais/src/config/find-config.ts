import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** File names that are looked for, in this order. */
export const configNames: readonly string[] = ["ts", "mts", "js", "mjs", "json", "yaml", "yml"].map(
  (end) => `relais.config.${end}`,
);

/** The first configuration file from `folder` upwards. */
export function findConfig(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = configNames.map((name) => join(at, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (dirname(at) === at) return undefined;
  }
}
