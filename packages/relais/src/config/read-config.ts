import { readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigurationError } from "../configuration-error.ts";

async function parsed(path: string): Promise<unknown> {
  const end = extname(path);
  if (end === ".json") return JSON.parse(readFileSync(path, "utf8"));
  if (end === ".yaml" || end === ".yml") {
    const { parse } = await import("yaml");
    return parse(readFileSync(path, "utf8"), { maxAliasCount: 100, strict: true });
  }
  // The time in the address makes a changed file a new module, for reloads. As a whole number: what stands behind a
  // point is the file's extension to Vite, and TypeScript would be read as JavaScript.
  const changedUs = Math.round(statSync(path).mtimeMs * 1_000);
  const module = (await import(`${pathToFileURL(path).href}?v=${changedUs}`)) as {
    default?: unknown;
  };
  if (module.default === undefined) throw new Error("it has no default export");
  return module.default;
}

/**
 * What a configuration file holds, not yet checked.
 * @throws {ConfigurationError} one sentence that names the file
 */
export async function readConfig(path: string): Promise<unknown> {
  try {
    return await parsed(path);
  } catch (error) {
    // The first line only: parsers show the text around a mistake, which may be a secret.
    const why =
      error instanceof Error ? (error.message.split("\n")[0] ?? "").replace(/[:,]? ?(?:"|').*$/, "") : "";
    throw new ConfigurationError([`${path} cannot be read${why === "" ? "" : `: ${why}`}.`]);
  }
}
